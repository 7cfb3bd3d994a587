package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/conformance"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
)

// A server that floods, never ends or lies ends nothing but its own run, in the time that
// was announced, and is read no further than that.
func TestHostile(t *testing.T) {
	const event = `data: {"choices":[{"delta":{"content":" word"}}]}` + "\n\n"
	forever := func(text string, every time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, text); err != nil {
					return
				}
				http.NewResponseController(w).Flush()
				if every > 0 {
					time.Sleep(every)
				}
			}
		}
	}
	// Each answer may have 4 KiB for each of its tokens and 256 KiB beside, and what was
	// under way meanwhile.
	bounded := func(t *testing.T, r *conformance.Report, sent int64) {
		if most := int64(r.Spent.Requests)*(256<<10+64<<10) + int64(r.Spent.OutputTokens)*4<<10; sent > most {
			t.Errorf("%d bytes were read of %d requests, at most %d expected", sent, r.Spent.Requests, most)
		}
	}
	answer := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, text)
		}
	}
	block := messageStart(`{"input_tokens":1}`) + blockStart(0, textBlock)
	for _, tt := range []struct {
		name string
		chat http.HandlerFunc
		rule conformance.Capability // that fails
		api  endpoint.API
	}{
		{"events without end", forever(strings.Repeat(event, 100), 0), conformance.Events, ""},
		{"slow events without end", forever(event, time.Second), conformance.Finish, ""},
		{"comments without end", forever(": "+strings.Repeat("x", 4000)+"\n\n", 0), conformance.Answer, ""},
		{"slow comments without end", forever(":\n\n", time.Second), conformance.Answer, ""},
		{"one line without end", forever("data: "+strings.Repeat("x", 4000), 0), conformance.Events, ""},
		{"redirects", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, conformance.Answer, ""},
		{"absurd counts", answer(event + `data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":-1,"completion_tokens":1e300}}` + "\n\ndata: [DONE]\n\n"), conformance.Usage, ""},

		{"blocks without end", forever(block, 0), conformance.Events, endpoint.APIMessages},
		{"slow pings without end", forever(line("ping", ""), time.Second), conformance.Finish, endpoint.APIMessages},
		{"absurd counts", answer(block + blockDelta(0, "text_delta", "text", "Hi", "") + blockStop(0) + messageEnd(false, false, `{"input_tokens":-1,"output_tokens":1e300}`)), conformance.Usage, endpoint.APIMessages},
		{"items without end", forever(line("response.output_item.added", `"output_index":0,"item":{"type":"message"}`), 0), conformance.Events, endpoint.APIResponses},
		{"a response that is none", answer(line("response.created", "") + line("response.output_text.delta", `"delta":{"a":[1]}`) + line("response.completed", `"response":7`)), conformance.Output, endpoint.APIResponses},
	} {
		t.Run(tt.name+string(tt.api), func(t *testing.T) {
			var sent atomic.Int64
			r, _ := look(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					io.WriteString(w, `{"data":[{"id":"m"}]}`)
					return
				}
				tt.chat(counting{w, &sent}, r)
			}), conformance.Config{Timeout: time.Minute, Endpoint: endpoint.Config{API: tt.api}})
			if f := finding(t, r, tt.rule); f.Status != conformance.Failed {
				t.Errorf("%s: %s: %s", f.Rule, f.Status, f.Saw)
				show(t, r)
			}
			if r.Err() == nil {
				t.Error("it conforms")
			}
			bounded(t, r, sent.Load())
		})
	}
}

type counting struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (w counting) Unwrap() http.ResponseWriter { return w.ResponseWriter }
func (w counting) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.n.Add(int64(n))
	return n, err
}

// A list of models, or /metrics, without end does not hold up the rest for long, and a window
// that no prompt can exceed is left alone.
func TestHostileBesideAnswers(t *testing.T) {
	endless := func(w http.ResponseWriter, text string) {
		for {
			if _, err := io.WriteString(w, text); err != nil {
				return
			}
		}
	}
	plain := &odd{}
	for _, tt := range []struct{ path, text string }{
		{"/metrics", "vllm:num_requests_running{x=\"\"} 1e300\nvllm:num_requests_running 7\n"},
		{"/metrics", strings.Repeat("x", 1<<16)},
		{"/v1/models", strings.Repeat("[", 1<<16)},
	} {
		r, err := look(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == tt.path {
				endless(w, tt.text)
				return
			}
			plain.ServeHTTP(w, r)
		}), conformance.Config{Model: "m"})
		if err != nil || r.Err() != nil {
			t.Errorf("%s: %v %v", tt.path, err, r.Err())
		}
	}
	r, err := look(t, &odd{window: 1e8}, conformance.Config{})
	if f := finding(t, r, conformance.Overflow); err != nil || f.Status != conformance.Skipped || !strings.Contains(f.Saw, "100000000 tokens") {
		t.Errorf("%v %s: %s", err, f.Status, f.Saw)
	}
}

// What a server says is shown without what a terminal would obey.
func TestHostileText(t *testing.T) {
	r, err := look(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			io.WriteString(w, `{"data":[{"id":"m"}]}`)
			return
		}
		http.Error(w, "\x1b]0;mine\x07 \u202e"+strings.Repeat("long ", 1000), http.StatusTeapot)
	}), conformance.Config{})
	f := finding(t, r, conformance.Answer)
	if err != nil || f.Status != conformance.Failed || strings.ContainsAny(f.Saw, "\x1b\x07\u202e") || len(f.Saw) > 1000 {
		t.Errorf("%v %q", err, f.Saw)
	}
}

// Requests beside the answers have the headers of the client, which replace those of the key,
// and what a server repeats of either is not in the report.
func TestCredentialsBeside(t *testing.T) {
	const key, token = "key-of-nobody", "token-of-nobody"
	server := &odd{dialect: anthropic}
	asked := 0
	r, err := look(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/count_tokens") {
			server.ServeHTTP(w, r)
			return
		}
		asked++
		h := r.Header
		if h.Get("Authorization") != "Token "+token || h.Get("X-Api-Key") != key || h.Get("Anthropic-Version") != "2099-01-01" || r.Host != "other" {
			t.Errorf("headers %v, host %s", h, r.Host)
		}
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error":"no %s, no %s"}`, h.Get("X-Api-Key"), h.Get("Authorization"))
	}), conformance.Config{Endpoint: endpoint.Config{
		API: endpoint.APIMessages, APIKey: key, Header: http.Header{"authorization": {"Token " + token}, "anthropic-version": {"2099-01-01"}, "Host": {"other"}},
	}})
	if f := finding(t, r, conformance.CountTokens); asked == 0 || err != nil || f.Status != conformance.Failed || strings.Contains(f.Saw, "of-nobody") || !strings.Contains(f.Saw, "[redacted]") {
		t.Errorf("%d asked, %v, %s: %s", asked, err, f.Status, f.Saw)
	}
}

// Time that is over, and a caller who has enough, end the suite at once, with the reason.
func TestEndsEarly(t *testing.T) {
	slow := &endpointtest.Engine{PerRequest: 8, TTFT: 2 * time.Second}
	r, err := look(t, slow, conformance.Config{Timeout: 2 * time.Minute})
	if err == nil || !strings.Contains(err.Error(), "ended after 2m0s") || r.Complete || r.Err() == nil {
		t.Errorf("%v, complete %t, %v", err, r.Complete, r.Err())
	}
	if f := finding(t, r, conformance.TLS); f.Status != conformance.Skipped || !strings.Contains(f.Saw, "time of the suite was over") {
		t.Errorf("%+v", f)
	}
	enough := errors.New("enough")
	synctest.Test(t, func(t *testing.T) {
		server := memnet.Serve(slow)
		defer server.Close()
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(3*time.Second, func() { cancel(enough) })
		cfg := conformance.Config{}
		cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", server.Dial
		began := time.Now()
		r, err := conformance.Run(ctx, cfg)
		if !errors.Is(err, enough) || r.Err() == nil || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		// Not even its models were asked for by then, which is no fault of the server.
		if r, err := conformance.Run(ctx, cfg); err != enough || r.Err() == nil {
			t.Errorf("a run that was over before it began: %v", err)
		}
	})
}

// The name of a model is in every request: a long one is within what was announced, and one
// without end is refused.
func TestLongName(t *testing.T) {
	r, err := look(t, &endpointtest.Engine{Model: strings.Repeat("m", 1000)}, conformance.Config{})
	if err != nil || r.Err() != nil {
		t.Error(err, r.Err())
	}
	for name, want := range map[string]string{
		strings.Repeat("m", 1<<20):    "no model was named and the server lists none",
		strings.Repeat("\x01", 1<<10): "a name of 6146 bytes, expected at most 1024",
	} {
		r, err = look(t, &endpointtest.Engine{Model: name}, conformance.Config{})
		if err == nil || !strings.Contains(err.Error(), want) || r.Complete {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Where no model is named and none is listed there is nothing to ask.
func TestNoModel(t *testing.T) {
	r, err := look(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"data":[]}`) }), conformance.Config{})
	if err == nil || r.Err() == nil || r.Spent.Requests != 0 {
		t.Errorf("%v, %v, %v", err, r.Err(), r.Spent)
	}
}
