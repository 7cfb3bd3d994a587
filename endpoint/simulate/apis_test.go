package simulate_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/memnet"
)

// One session takes the same time, steps, blocks and tokens in all three APIs.
func TestOneSessionThreeAPIs(t *testing.T) {
	long := strings.Repeat("word ", 400)
	type seen struct {
		simulate.Stats
		took [3]time.Duration
	}
	var want seen
	for _, api := range []struct{ path, limit, body, call, result string }{
		{"/v1/chat/completions", "max_tokens", `"messages":[{"role":"system","content":%q},{"role":"user","content":"Hi"}%s]`,
			`,{"role":"assistant","content":null,"tool_calls":[{"id":"c%d","type":"function","function":{"name":"run","arguments":"{\"a\":1}"}}]}`,
			`,{"role":"tool","tool_call_id":"c%d","content":%q}`},
		{"/v1/messages", "max_tokens", `"system":%q,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}%s]`,
			`,{"role":"assistant","content":[{"type":"tool_use","id":"c%d","name":"run","input":{"a":1}}]}`,
			`,{"role":"user","content":[{"type":"tool_result","tool_use_id":"c%d","content":%q}]}`},
		{"/v1/responses", "max_output_tokens", `"instructions":%q,"input":[{"role":"user","content":[{"type":"input_text","text":"Hi"}]}%s]`,
			`,{"type":"function_call","call_id":"c%d","name":"run","arguments":"{\"a\":1}"}`,
			`,{"type":"function_call_output","call_id":"c%d","output":%q}`},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := system(t, simulate.Config{Sticky: true, Pool: simulate.Pool{Replicas: 3}})
			server := memnet.Serve(s)
			defer server.Close()
			client := &http.Client{Transport: &http.Transport{DialContext: server.Dial}}
			defer client.CloseIdleConnections()
			var got seen
			history := ""
			for i := range got.took {
				body := fmt.Sprintf(`{"model":"simulated","stream":true,"ignore_eos":true,%q:%d,`+api.body+`}`, api.limit, 10+i, long, history)
				began := time.Now()
				resp, err := client.Post("http://mem"+api.path, "application/json", strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				text, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if got.took[i] = time.Since(began); resp.StatusCode != http.StatusOK {
					t.Fatalf("%s: %s", resp.Status, text)
				}
				history += fmt.Sprintf(api.call, i) + fmt.Sprintf(api.result, i, long)
			}
			got.Stats = s.Stats()
			if want.Requests == 0 {
				want = got
			}
			if got != want || got.OutputTokens != 10+11+12 || got.CachedTokens == 0 {
				t.Errorf("%s: %+v\nwant %+v", api.path, got, want)
			}
		})
	}
}
