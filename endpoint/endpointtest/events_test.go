package endpointtest_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

var update = flag.Bool("update", false, "write the answers to testdata, to be read by somebody who knows the API")

// request returns the body of a request, with more fields.
func (a api) request(more string) string {
	return `{"model":"simulated",` + more + `"` + a.limit + `":100,"` + a.messages + `":[{"role":"user","content":"Hi"}]}`
}

// post returns the answer of a handler.
func post(handler http.Handler, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("POST", path, strings.NewReader(body)))
	return w
}

// The events of an answer are those that the vendors document, in their order: of thinking and
// text, of a call of a tool, of an answer that is cut at its limit and of one that breaks off;
// and the same as a whole.
func TestEvents(t *testing.T) {
	fault := func(kind endpointtest.FaultKind, after int) func(int) endpointtest.Fault {
		return func(int) endpointtest.Fault { return endpointtest.Fault{Kind: kind, After: after} }
	}
	for _, api := range apis {
		var all strings.Builder
		for _, tt := range []struct {
			name   string
			engine *endpointtest.Engine
			more   string
		}{
			{"reasoning and text", &endpointtest.Engine{Trick: "reasoning_claimed", OutputTokens: 2}, ""},
			{"a call, early role", &endpointtest.Engine{EarlyRole: true, OutputTokens: 2}, `"tools":` + api.tools + `,"tool_choice":` + api.tool + `,`},
			{"cut at the limit", &endpointtest.Engine{TokensPerEvent: 60}, ""},
			{"an error", &endpointtest.Engine{Fault: fault(endpointtest.FaultErrorEvent, 1)}, ""},
			{"aborted", &endpointtest.Engine{Fault: fault(endpointtest.FaultAbort, 1)}, ""},
			{"empty, without usage", &endpointtest.Engine{Trick: "split_uncounted", Fault: fault(endpointtest.FaultEmpty, 0)}, ""},
		} {
			for _, stream := range []bool{true, false} {
				synctest.Test(t, func(t *testing.T) { // at a known time
					w := post(tt.engine, api.path, api.request(fmt.Sprintf(`"stream":%t,%s`, stream, tt.more)))
					fmt.Fprintf(&all, "### %s, stream: %t\n\n%d %s\n\n%s\n", tt.name, stream, w.Code, w.Header().Get("Content-Type"), w.Body)
					if !stream && !gjson.Valid(w.Body.String()) {
						t.Errorf("%s: not JSON: %s", tt.name, w.Body)
					}
				})
			}
		}
		file := "testdata/" + api.name + ".txt"
		if *update {
			if err := os.WriteFile(file, []byte(all.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != all.String() {
			t.Errorf("%s: %v; the answers are\n%s", file, err, &all)
		}
	}
}

// Errors have the form of the API that was asked, and say what is wrong.
func TestErrors(t *testing.T) {
	engine := &endpointtest.Engine{ContextTokens: 200, Fault: func(int) endpointtest.Fault {
		return endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 503}
	}}
	for _, tt := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/v1/messages", `{`, 400, `{"error":{"message":"the body is not JSON","type":"invalid_request_error"},"type":"error"}`},
		{"/v1/messages", `{"model":"x"}`, 404, `{"error":{"message":"the model \"x\" does not exist, only \"simulated\"","type":"not_found_error"},"type":"error"}`},
		{"/v1/messages", `{"model":"simulated","messages":[{"role":"user","content":"Hi"}]}`, 400, `{"error":{"message":"max_tokens: Field required","type":"invalid_request_error"},"type":"error"}`},
		{"/v1/messages", apis[1].request(`"system":"` + strings.Repeat("x", 1000) + `",`), 400, `{"error":{"message":"this model's maximum context length is 200 tokens, the request asks for 365","type":"invalid_request_error"},"type":"error"}`},
		{"/v1/messages", apis[1].request(""), 503, `{"error":{"message":"injected fault","type":"overloaded_error"},"type":"error"}`},
		{"/v1/messages/count_tokens", `{"model":"simulated","messages":[]}`, 400, `{"error":{"message":"messages: expected an array that is not empty","type":"invalid_request_error"},"type":"error"}`},
		{"/v1/responses", `{`, 400, `{"error":{"code":null,"message":"the body is not JSON","param":null,"type":"invalid_request_error"}}`},
		{"/v1/responses", `{"model":"simulated","input":"Hi","max_output_tokens":0}`, 400, `{"error":{"code":null,"message":"max_output_tokens must be at least 1","param":null,"type":"invalid_request_error"}}`},
		{"/v1/responses", apis[2].request(`"instructions":"` + strings.Repeat("x", 1000) + `",`), 400, `{"error":{"code":"context_length_exceeded","message":"this model's maximum context length is 200 tokens, the request asks for 365","param":null,"type":"invalid_request_error"}}`},
		{"/v1/responses", apis[2].request(""), 503, `{"error":{"code":null,"message":"injected fault","param":null,"type":"server_error"}}`},
		{"/v1/nothing", ``, 404, `{"error":{"code":404,"message":"no such path: POST /v1/nothing","type":"invalid_request_error"}}`},
	} {
		if w := post(engine, tt.path, tt.body); w.Code != tt.status || strings.TrimSpace(w.Body.String()) != tt.want {
			t.Errorf("%s %s: %d %s\nwant %d %s", tt.path, tt.body, w.Code, w.Body, tt.status, tt.want)
		}
	}
}

// What counts the tokens of a prompt agrees with the usage of its answer, in all APIs, and so
// does what came from the cache: all but the new message the second time.
func TestCounts(t *testing.T) {
	// 4 bytes a token of {"role":"user","content":"Hi"} and so on, without what is between messages.
	const first, second = (28 + 2) / 4, (28 + 2 + 33 + 3 + 28 + 5 + 3) / 4
	for _, api := range apis {
		engine := &endpointtest.Engine{PerRequest: 100_000}
		again := `{"model":"simulated","` + api.limit + `":3,"` + api.messages + `":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes"},{"role":"user","content":"Again"}]}`
		usage := []gjson.Result{}
		for _, body := range []string{api.request(""), again} {
			usage = append(usage, gjson.Get(post(engine, api.path, body).Body.String(), "usage"))
		}
		got := map[string][4]int64{
			"chat":      {usage[0].Get("prompt_tokens").Int(), usage[1].Get("prompt_tokens").Int(), usage[1].Get("prompt_tokens_details.cached_tokens").Int(), usage[1].Get("completion_tokens").Int()},
			"messages":  {usage[0].Get("input_tokens").Int(), usage[1].Get("input_tokens").Int() + usage[1].Get("cache_read_input_tokens").Int(), usage[1].Get("cache_read_input_tokens").Int(), usage[1].Get("output_tokens").Int()},
			"responses": {usage[0].Get("input_tokens").Int(), usage[1].Get("input_tokens").Int(), usage[1].Get("input_tokens_details.cached_tokens").Int(), usage[1].Get("output_tokens").Int()},
		}[api.name]
		if want := [4]int64{first + 1, second, first, 3}; got != want {
			t.Errorf("%s: %d, want %d", api.name, got, want)
		}
		if api.name == "messages" {
			if w := post(engine, api.path+"/count_tokens", again); w.Code != 200 || w.Body.String() != fmt.Sprintf(`{"input_tokens":%d}`, second) {
				t.Errorf("count_tokens: %d %s, want %d", w.Code, w.Body, second)
			}
		}
		if s := engine.Stats(); s.Requests != 2 || s.OutputTokens != 103 {
			t.Errorf("%s: %+v", api.name, s)
		}
	}
}
