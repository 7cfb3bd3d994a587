package endpoint_test

import (
	"bufio"
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
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// overTransport serves handler in memory and returns a client that sends over a Transport.
func overTransport(t *testing.T, handler http.Handler) *http.Client {
	server := memnet.Serve(handler)
	base := &http.Transport{DialContext: server.Dial}
	t.Cleanup(func() {
		base.CloseIdleConnections()
		server.Close()
	})
	return &http.Client{Transport: &endpoint.Transport{Base: base}}
}

func get(t *testing.T, ctx context.Context, c *http.Client) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://mem/v1/chat/completions", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk-mine")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// A client that gives up after an answer of another kind and tries again, as SDKs do: the
// last answer counts, and the time since the first attempt.
func TestTransportTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		client := overTransport(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked == 1 {
				time.Sleep(time.Second)
				http.Error(w, "busy", http.StatusTooManyRequests)
				return
			}
			paced(20, 1).ServeHTTP(w, r)
		}))
		var clock metrics.Clock
		ctx, o := endpoint.Observe(t.Context(), &clock)
		resp := get(t, ctx, client)
		if r, err := o.Result(); outcome(err) != endpoint.OutcomeStatus || r.Status != 429 || !strings.Contains(err.Error(), "busy") {
			t.Errorf("the first attempt: %+v, %v", r, err)
		}
		if text, err := io.ReadAll(resp.Body); string(text) != "busy\n" || err != nil {
			t.Errorf("the client reads %q, %v", text, err)
		}
		resp.Body.Close()
		time.Sleep(3 * time.Second)
		resp = get(t, ctx, client)
		text, err := io.ReadAll(resp.Body)
		if err != nil || !strings.HasSuffix(string(text), "[DONE]\n\n") {
			t.Errorf("the client reads ...%q, %v", text[max(0, len(text)-20):], err)
		}
		resp.Body.Close()
		r, err := o.Result()
		if err != nil || r.Reconnects != 1 || !r.Done || r.FinishReason != "length" {
			t.Errorf("%+v, %v", r, err)
		}
		got := clock.Timing()
		if ttft, _ := got.TTFT(); ttft != 4*time.Second+first || got.Tokens != 20 {
			t.Errorf("TTFT %v, %d tokens", ttft, got.Tokens)
		}
		// Without an Observation nothing is timed.
		resp = get(t, t.Context(), client)
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if again, err := o.Result(); err != nil || again != r || clock.Timing() != got {
			t.Errorf("after another request: %+v, %v", again, err)
		}
	})
}

// Clients that do not read to the end: what was complete is, the rest was canceled.
func TestTransportBrokenOff(t *testing.T) {
	for _, tt := range []struct {
		name   string
		lines  int // that the client reads; -1 is to [DONE]
		how    func(resp *http.Response, cancel func(error))
		want   endpoint.Outcome
		events int
	}{
		{"closed", 20, func(resp *http.Response, cancel func(error)) { resp.Body.Close() }, endpoint.OutcomeCanceled, 9},
		{"canceled", 20, func(resp *http.Response, cancel func(error)) { cancel(errors.New("no more")) }, endpoint.OutcomeCanceled, 9},
		{"closed after [DONE]", -1, func(resp *http.Response, cancel func(error)) { resp.Body.Close() }, endpoint.OutcomeOK, 50},
		{"neither, left open", -1, func(resp *http.Response, cancel func(error)) {}, endpoint.OutcomeOK, 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := overTransport(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					paced(50, 1).ServeHTTP(w, r)
					<-r.Context().Done()
				}))
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				var clock metrics.Clock
				ctx, o := endpoint.Observe(ctx, &clock)
				resp := get(t, ctx, client)
				lines := bufio.NewReader(resp.Body)
				for i := 0; i != tt.lines; i++ {
					line, err := lines.ReadString('\n')
					if err != nil {
						t.Fatal(err)
					}
					if strings.HasPrefix(line, "data: [DONE]") {
						break
					}
				}
				tt.how(resp, cancel)
				_, err := o.Result()
				if outcome(err) != tt.want || clock.Timing().Events != tt.events {
					t.Errorf("%v after %d events, want %s after %d", err, clock.Timing().Events, tt.want, tt.events)
				}
				if tt.name == "closed" && !strings.Contains(err.Error(), "the client closed the answer") || tt.name == "canceled" && !strings.Contains(err.Error(), "no more") {
					t.Error(err)
				}
				cancel(nil)
				synctest.Wait() // a goroutine that stays fails the test
			})
		})
	}
}

// No more than a bound is kept for a client that does not read, and nothing is lost.
func TestTransportBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size, most = 1 << 20, 12
		var sent atomic.Int64
		client := overTransport(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for range 20 {
				fmt.Fprintf(w, ": %s\n", strings.Repeat("x", size-3))
				http.NewResponseController(w).Flush()
				sent.Add(1)
			}
			io.WriteString(w, answer+"data: [DONE]\n\n")
		}))
		var clock metrics.Clock
		ctx, o := endpoint.Observe(t.Context(), &clock)
		resp := get(t, ctx, client)
		time.Sleep(time.Minute)
		if n := sent.Load(); n < 8 || n > most {
			t.Errorf("%d MiB were taken from the server, want at least 8 and at most %d", n, most)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		if want := int64(20*size + len(answer+"data: [DONE]\n\n")); n != want || err != nil {
			t.Errorf("the client read %d bytes, want %d: %v", n, want, err)
		}
		resp.Body.Close()
		if _, err := o.Result(); err != nil {
			t.Error(err)
		}
		if ttft, _ := clock.Timing().TTFT(); ttft != time.Minute {
			t.Errorf("TTFT %v, want that of the client that was late", ttft)
		}
	})
}

// What cannot be sent, and what the server echoes.
func TestTransportFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var clock metrics.Clock
		ctx, o := endpoint.Observe(t.Context(), &clock)
		if _, err := o.Result(); outcome(err) != endpoint.OutcomeLocal || !clock.Timing().Sent.IsZero() {
			t.Errorf("nothing was sent: %v", err)
		}
		l := memnet.Listen()
		l.Close()
		refused := &http.Client{Transport: &endpoint.Transport{Base: &http.Transport{DialContext: l.Dial}}}
		if _, err := refused.Get("http://mem"); err == nil {
			t.Error("connected to nobody")
		}
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://mem", nil)
		if _, err := refused.Do(req); err == nil {
			t.Error("connected to nobody")
		}
		if _, err := o.Result(); outcome(err) != endpoint.OutcomeRefused || clock.Err() != nil {
			t.Errorf("%v, want refused: %v", err, clock.Err())
		}
		client := overTransport(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "wrong: "+r.Header.Get("Authorization"), http.StatusUnauthorized)
		}))
		ctx, o = endpoint.Observe(t.Context(), &clock)
		get(t, ctx, client).Body.Close()
		if _, err := o.Result(); err == nil || strings.Contains(err.Error(), "sk-mine") {
			t.Errorf("the key is in %v", err)
		}
	})
}

// A reader that never has anything does not keep Decode for ever.
func TestDecodeWithoutProgress(t *testing.T) {
	var clock metrics.Clock
	clock.Sent(time.Now())
	if _, err := endpoint.Decode(endpoint.APIChat, emptyReader{}, &clock); !errors.Is(err, io.ErrNoProgress) {
		t.Error(err)
	}
	if err := clock.Err(); err != nil {
		t.Error(err)
	}
}

type emptyReader struct{}

func (emptyReader) Read([]byte) (int, error) { return 0, nil }
