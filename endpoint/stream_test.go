package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// connect serves handler in memory and returns a connection to it.
func connect(t *testing.T, handler http.Handler, cfg endpoint.Config) (*endpoint.Client, *endpoint.Conn) {
	t.Helper()
	server := memnet.Serve(handler)
	t.Cleanup(server.Close)
	cfg.URL, cfg.Dial = "http://mem", server.Dial
	return open(t, cfg)
}

// open returns a client and a connection that are closed with the test.
func open(t *testing.T, cfg endpoint.Config) (*endpoint.Client, *endpoint.Conn) {
	t.Helper()
	client, err := endpoint.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	conn := client.Conn()
	t.Cleanup(func() {
		conn.Close()
		client.Close()
	})
	return client, conn
}

func body(tokens int, more string) [][]byte {
	return [][]byte{
		[]byte(`{"model":"simulated","messages":[`),
		[]byte(`{"role":"user","content":"hello"}`),
		fmt.Appendf(nil, `],"stream":true,"stream_options":{"include_usage":true},"max_tokens":%d%s}`, tokens, more),
	}
}

func TestKnownTiming(t *testing.T) {
	tests := []struct {
		name   string
		engine *endpointtest.Engine
		more   string
		ttft   time.Duration
		speed  metrics.TokensPerSecond
		e2e    time.Duration
		first  int
		source metrics.Source
	}{
		{"plain", &endpointtest.Engine{TTFT: 200 * time.Millisecond}, "", 200 * time.Millisecond, 100, 310 * time.Millisecond, 1, metrics.SourceEstimated},
		{"no TTFT", &endpointtest.Engine{}, "", 10 * time.Millisecond, 100, 120 * time.Millisecond, 1, metrics.SourceEstimated},
		{"early role", &endpointtest.Engine{TTFT: 200 * time.Millisecond, EarlyRole: true}, "", 200 * time.Millisecond, 100, 310 * time.Millisecond, 1, metrics.SourceEstimated},
		{"four per event", &endpointtest.Engine{TTFT: 200 * time.Millisecond, TokensPerEvent: 4}, "", 200 * time.Millisecond, 100, 280 * time.Millisecond, 4, metrics.SourceEstimated},
		{"running usage", &endpointtest.Engine{TTFT: 200 * time.Millisecond, TokensPerEvent: 5}, `,"stream_options":{"include_usage":true,"continuous_usage_stats":true}`, 200 * time.Millisecond, 100, 270 * time.Millisecond, 5, metrics.SourceContinuous},
		{"thirds of a nanosecond", &endpointtest.Engine{PerRequest: 3}, "", 333333334, 3, 4 * time.Second, 1, metrics.SourceEstimated},
	}
	for _, http2 := range []bool{false, true} {
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s/http2=%v", tt.name, http2), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					_, conn := connect(t, tt.engine, endpoint.Config{HTTP2: http2})
					b := body(12, "")
					if tt.more != "" {
						b[2] = []byte(`],"stream":true,"max_tokens":12` + tt.more + `}`)
					}
					for range 2 { // the second on the same connection
						var c metrics.Clock
						r, err := conn.Stream(t.Context(), "", b, &c)
						if err != nil {
							t.Fatal(err)
						}
						got := c.Timing()
						ttft, _ := got.TTFT()
						speed, _ := got.OutputSpeed()
						if ttft != tt.ttft || got.E2E != tt.e2e || got.Tokens != 12 {
							t.Errorf("TTFT %v, E2E %v, %d tokens; want %v, %v, 12", ttft, got.E2E, got.Tokens, tt.ttft, tt.e2e)
						}
						if speed < tt.speed || speed > tt.speed*1.000001 {
							t.Errorf("speed %v, want %v", speed, tt.speed)
						}
						if got.FirstTokens != tt.first || got.FirstSource != tt.source {
							t.Errorf("first tokens %d (%s), want %d (%s)", got.FirstTokens, got.FirstSource, tt.first, tt.source)
						}
						if r.FinishReason != "length" || !r.Done || r.Status != 200 || r.Reconnects != 0 {
							t.Errorf("response %+v", r)
						}
					}
				})
			})
		}
	}
}

// Every way to misbehave ends in its own outcome, in bounded time, and leaves
// nothing behind (a goroutine left in the bubble would fail the test).
func TestOutcomes(t *testing.T) {
	tests := []struct {
		fault   endpointtest.Fault
		want    endpoint.Outcome
		message string
		took    time.Duration
	}{
		{endpointtest.Fault{Kind: endpointtest.FaultNone}, endpoint.OutcomeOK, "", 100 * time.Millisecond},
		{endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 429}, endpoint.OutcomeStatus, "HTTP status 429: injected fault", 0},
		{endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 413, Body: "<html><head><style>x{}</style><title>413</title></head>\n<body>Too &amp; Large</body></html>"}, endpoint.OutcomeStatus, "HTTP status 413: 413 Too & Large", 0},
		{endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 401, Body: `{"error":"key sk-secret is wrong"}`}, endpoint.OutcomeStatus, "HTTP status 401: key [redacted] is wrong", 0},
		{endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 400, Body: `{"object":"error","message":"flat"}`}, endpoint.OutcomeStatus, "HTTP status 400: flat", 0},
		{endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 503, Body: "no worker"}, endpoint.OutcomeStatus, "no worker", 0},
		{endpointtest.Fault{Kind: endpointtest.FaultHang}, endpoint.OutcomeTimeoutBeforeHeaders, "idle timeout of 20s", 20 * time.Second},
		{endpointtest.Fault{Kind: endpointtest.FaultStall, After: 3}, endpoint.OutcomeTimeoutMidStream, "idle timeout of 20s", 20030 * time.Millisecond},
		{endpointtest.Fault{Kind: endpointtest.FaultTrickle, After: 3}, endpoint.OutcomeTimeoutMidStream, "request timeout of 1m0s", time.Minute},
		{endpointtest.Fault{Kind: endpointtest.FaultCut}, endpoint.OutcomeReset, "EOF", 0},
		{endpointtest.Fault{Kind: endpointtest.FaultCut, After: 3}, endpoint.OutcomeReset, "unexpected EOF", 30 * time.Millisecond},
		{endpointtest.Fault{Kind: endpointtest.FaultTruncate}, endpoint.OutcomeTruncated, "no output", 0},
		{endpointtest.Fault{Kind: endpointtest.FaultTruncate, After: 3}, endpoint.OutcomeTruncated, "", 30 * time.Millisecond},
		{endpointtest.Fault{Kind: endpointtest.FaultErrorEvent, After: 3}, endpoint.OutcomeErrorEvent, "KV cache exhausted", 30 * time.Millisecond},
		{endpointtest.Fault{Kind: endpointtest.FaultBadJSON, After: 3}, endpoint.OutcomeMalformed, "not a JSON object", 30 * time.Millisecond},
		{endpointtest.Fault{Kind: endpointtest.FaultHugeEvent, After: 3}, endpoint.OutcomeMalformed, "longer than 4 MiB", 30 * time.Millisecond},
		{endpointtest.Fault{Kind: endpointtest.FaultNotHTTP}, endpoint.OutcomeMalformed, "malformed", 0},
		{endpointtest.Fault{Kind: endpointtest.FaultHTML}, endpoint.OutcomeMalformed, "content type text/html", 0},
		{endpointtest.Fault{Kind: endpointtest.FaultEmpty}, endpoint.OutcomeEmpty, "", 0},
		{endpointtest.Fault{Kind: endpointtest.FaultAbort, After: 3}, endpoint.OutcomeTruncated, "finish_reason abort", 30 * time.Millisecond},
		{endpointtest.Fault{Kind: endpointtest.FaultNoUsage}, endpoint.OutcomeOK, "", 100 * time.Millisecond},
		{endpointtest.Fault{Kind: endpointtest.FaultNoDone}, endpoint.OutcomeOK, "", 100 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s/%d/%d", tt.fault.Kind, tt.fault.Status, tt.fault.After), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fault := func(int) endpointtest.Fault { return tt.fault }
				alike(t, &endpointtest.Engine{Fault: fault}, body(10, ""), false)
				engine := &endpointtest.Engine{Fault: fault}
				client, conn := connect(t, engine, endpoint.Config{APIKey: "sk-secret", Timeout: time.Minute, IdleTimeout: 20 * time.Second})
				began := time.Now()
				var c metrics.Clock
				_, err := conn.Stream(t.Context(), "", body(10, ""), &c)
				if took := time.Since(began); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if got := outcome(err); got != tt.want {
					t.Errorf("outcome %s (%v), want %s", got, err, tt.want)
				}
				if err != nil && !strings.Contains(err.Error(), tt.message) {
					t.Errorf("error %q, want it to hold %q", err, tt.message)
				}
				if got := c.Timing(); got.E2E != tt.took || got.Events != min(tt.fault.After, 10) && err != nil {
					t.Errorf("E2E %v with %d events", got.E2E, got.Events)
				}
				if got := engine.Stats().Requests; got != 1 {
					t.Errorf("%d requests were sent, want 1: nothing is retried", got)
				}
				counters := client.Counters()
				if counters.Reconnects != 0 {
					t.Errorf("%d reconnects", counters.Reconnects)
				}
				if got := counters.NoUsage == 1; got != (tt.fault.Kind == endpointtest.FaultNoUsage) {
					t.Errorf("NoUsage = %d", counters.NoUsage)
				}
				if got := counters.NoDone == 1; got != (tt.fault.Kind == endpointtest.FaultNoDone) {
					t.Errorf("NoDone = %d", counters.NoDone)
				}
			})
		})
	}
}

func outcome(err error) endpoint.Outcome {
	if err == nil {
		return endpoint.OutcomeOK
	}
	e, ok := errors.AsType[*endpoint.Error](err)
	if !ok {
		return "untyped"
	}
	return e.Outcome
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{TTFT: time.Second}
		_, conn := connect(t, engine, endpoint.Config{})
		for _, after := range []time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond} {
			ctx, cancel := context.WithCancelCause(t.Context())
			why := errors.New("the phase is over")
			time.AfterFunc(after, func() { cancel(why) })
			var c metrics.Clock
			_, err := conn.Stream(ctx, "", body(1000, ""), &c)
			if outcome(err) != endpoint.OutcomeCanceled || !errors.Is(err, why) {
				t.Errorf("after %v: %v", after, err)
			}
			if e2e := c.Timing().E2E; e2e != after {
				t.Errorf("after %v: E2E %v", after, e2e)
			}
			cancel(nil)
		}
		synctest.Wait()
		if s := engine.Stats(); s.Active != 0 {
			t.Errorf("%d requests are still in the engine", s.Active)
		}
	})
}

// The server closes the connection just as the next request arrives on it.
func TestDeadKeepAliveCostsNoRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Fault: func(n int) endpointtest.Fault {
			return endpointtest.Fault{Kind: endpointtest.FaultCloseNext}
		}}
		client, conn := connect(t, engine, endpoint.Config{})
		for i := range 5 {
			var c metrics.Clock
			r, err := conn.Stream(t.Context(), "", body(10, ""), &c)
			if err != nil {
				t.Fatalf("request %d: %v", i, err)
			}
			if want := min(i, 1); r.Reconnects != want {
				t.Errorf("request %d: %d reconnects, want %d", i, r.Reconnects, want)
			}
		}
		if got := client.Counters(); got.Reconnects != 4 || got.Requests != 5 {
			t.Errorf("counters %+v", got)
		}
		if got := engine.Stats().Requests; got != 5 {
			t.Errorf("the engine served %d requests, want 5", got)
		}
	})
}

// A server that had the request and dropped it has failed it, even on a reused
// connection: nothing is sent twice.
func TestLateDeathIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		good := &endpointtest.Engine{}
		_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if calls++; calls > 1 {
				io.Copy(io.Discard, r.Body)
				time.Sleep(2 * time.Second)
				panic(http.ErrAbortHandler)
			}
			good.ServeHTTP(w, r)
		}), endpoint.Config{})
		for i, want := range []endpoint.Outcome{endpoint.OutcomeOK, endpoint.OutcomeReset} {
			var c metrics.Clock
			if _, err := conn.Stream(t.Context(), "", body(10, ""), &c); outcome(err) != want {
				t.Errorf("request %d: %v, want %s", i, err, want)
			}
		}
		if calls != 2 {
			t.Errorf("the server saw %d requests, want 2", calls)
		}
	})
}

// After [DONE] a server may keep the stream open; the answer is complete.
func TestStreamKeptOpen(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		limit      time.Duration
	}{
		{"after done", answer + "data: [DONE]\n\n", 250 * time.Millisecond},
		{"after finish", answer, 5 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					io.WriteString(w, tt.text)
					http.NewResponseController(w).Flush()
					<-r.Context().Done()
				}), endpoint.Config{})
				// Once it is known that this server does so, nobody waits for it.
				for _, limit := range []time.Duration{tt.limit, tt.limit / 100} {
					began := time.Now()
					var c metrics.Clock
					if _, err := conn.Stream(t.Context(), "", body(1, ""), &c); err != nil {
						t.Error(err)
					}
					if took := time.Since(began); took != limit {
						t.Errorf("took %v, want %v", took, limit)
					}
					if e2e := c.Timing().E2E; e2e != 0 {
						t.Errorf("the wait counts in E2E: %v", e2e)
					}
				}
				if got := client.Counters(); got.Unclosed != 2 || (got.NoDone == 0) != (tt.limit < time.Second) {
					t.Errorf("counters %+v", got)
				}
			})
		})
	}
}

const answer = `data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}` + "\n\n"

// A server may answer before it has read the body. The segments must be the
// caller's again when Stream returns: the race detector watches.
func TestBodyIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		}), endpoint.Config{})
		segments := [][]byte{make([]byte, 1<<20), make([]byte, 1<<20)}
		for range 20 {
			var c metrics.Clock
			if _, err := conn.Stream(t.Context(), "", segments, &c); outcome(err) != endpoint.OutcomeStatus {
				t.Fatal(err)
			}
			for _, s := range segments {
				clear(s)
			}
		}
	})
}

// A deep nest of brackets must not exhaust the stack.
func TestDeepJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "data: "+strings.Repeat("[", 4<<20-10)+"\n\n")
		}), endpoint.Config{})
		var c metrics.Clock
		if _, err := conn.Stream(t.Context(), "", body(1, ""), &c); outcome(err) != endpoint.OutcomeMalformed {
			t.Errorf("%v", err)
		}
	})
}

// Answers that are odd, and what they are: nothing of it may hang or be believed.
func TestOddAnswers(t *testing.T) {
	finish := `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n"
	content := `data: {"choices":[{"index":0,"delta":{"content":"hello"}}]}` + "\n\n"
	usage := func(s string) string { return `data: {"choices":[],"usage":` + s + "}\n\ndata: [DONE]\n\n" }
	for _, tt := range []struct {
		name, kind, text string
		want             endpoint.Outcome
		message          string
		tokens, cached   int
	}{
		{"done without finish, kept open", "", content + "data: [DONE]\n\n", endpoint.OutcomeTruncated, "[DONE] without", 1, 0},
		{"empty error field", "", `data: {"error":"","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n", endpoint.OutcomeOK, "", 1, 0},
		{"error of true", "", `data: {"error":true}` + "\n\n", endpoint.OutcomeErrorEvent, "true", 0, 0},
		{"content parts", "", `data: {"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"hi"}]},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n", endpoint.OutcomeOK, "", 1, 0},
		{"refusal and function call", "", `data: {"choices":[{"index":0,"delta":{"refusal":"no"}}]}` + "\n\n" + `data: {"choices":[{"index":0,"delta":{"function_call":{"name":"f"}},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n", endpoint.OutcomeOK, "", 2, 0},
		{"absurd usage", "", content + finish + usage(`{"prompt_tokens":7,"completion_tokens":999999999}`), endpoint.OutcomeOK, "", 1, 0},
		{"more cached than there is", "", content + finish + usage(`{"prompt_tokens":7,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":5000}}`), endpoint.OutcomeOK, "", 2, 0},
		{"odd details", "", content + finish + usage(`{"prompt_tokens":7,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":-1},"completion_tokens_details":{"reasoning_tokens":9}}`), endpoint.OutcomeOK, "", 2, 0},
		{"two choices", "", content + `data: {"choices":[{"index":1,"delta":{"content":"other"}}]}` + "\n\n" + finish + usage(`{"prompt_tokens":7,"completion_tokens":20}`), endpoint.OutcomeOK, "", 1, 0},
		{"an error as JSON", "application/json", `{"error":{"message":"over capacity"}}`, endpoint.OutcomeMalformed, "over capacity", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if tt.kind != "" {
						w.Header().Set("Content-Type", tt.kind)
					}
					io.WriteString(w, tt.text)
					if strings.HasSuffix(tt.name, "kept open") {
						http.NewResponseController(w).Flush()
						<-r.Context().Done()
					}
				})
				alike(t, handler, body(1, ""), false)
				_, conn := connect(t, handler, endpoint.Config{})
				var c metrics.Clock
				_, err := conn.Stream(t.Context(), "", body(1, ""), &c)
				if outcome(err) != tt.want || err != nil && !strings.Contains(err.Error(), tt.message) {
					t.Errorf("%v, want %s and %q", err, tt.want, tt.message)
				}
				if got := c.Timing(); got.Tokens != tt.tokens || got.Usage.Cached != tt.cached {
					t.Errorf("%d tokens, %d cached; want %d, %d", got.Tokens, got.Usage.Cached, tt.tokens, tt.cached)
				}
			})
		})
	}
}

// Secrets that a server sends back, in whatever shape, stay out of errors.
func TestSecretsStayOutOfErrors(t *testing.T) {
	for _, reply := range []string{
		"HTTP/1.1 200 OK\r\nAuthorization Bearer sk-secret-1\r\n\r\n",
		"HTTP/1.1 sk-secret-1\r\n\r\n",
		"HTTP/1.1 401 No\r\nContent-Length: 24\r\n\r\nwrong: sk-secret-1 hunter",
		"HTTP/1.1 401 No\r\nContent-Length: 24\r\n\r\nwrong: header-secret-2 ..",
	} {
		synctest.Test(t, func(t *testing.T) {
			_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					io.WriteString(c, reply)
					c.Close()
				}
			}), endpoint.Config{APIKey: "sk-secret-1", Header: http.Header{"Api-Key": {"header-secret-2"}}})
			var c metrics.Clock
			_, err := conn.Stream(t.Context(), "", body(1, ""), &c)
			if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, errors.Unwrap(err)), "secret-") {
				t.Errorf("%q: %v", reply, err)
			}
		})
	}
}

// A server that closes an HTTP/2 connection in good order costs no request.
func TestGoAwayCostsNoRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var served atomic.Int32
		client, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			if served.Add(1)%5 == 0 {
				w.Header().Set("Connection", "close") // GOAWAY
			}
			io.WriteString(w, event)
			http.NewResponseController(w).Flush()
			time.Sleep(2 * time.Millisecond)
			io.WriteString(w, answer+"data: [DONE]\n\n")
		}), endpoint.Config{HTTP2: true})
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				conn := client.Conn()
				for range 20 {
					var c metrics.Clock
					if err := conn.Send(t.Context(), "", [][]byte{make([]byte, 20_000)}, &c); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		if got := client.Counters(); served.Load() != 160 || got.Reconnects == 0 {
			t.Errorf("%d requests were served, want 160; counters %+v", served.Load(), got)
		}
	})
}
