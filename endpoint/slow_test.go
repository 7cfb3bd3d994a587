package endpoint_test

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// A server that was slow once to end a response is not taken for one that never does:
// all but the one after it are given their time again, and lose nothing.
func TestSlowOnce(t *testing.T) {
	usage := `data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}` + "\n\n"
	done := "data: [DONE]\n\n"
	for _, tt := range []struct {
		name, first, last string
		once, always      time.Duration
	}{
		{"before usage", answer, usage + done, 6 * time.Second, 60 * time.Millisecond},
		{"after [DONE]", answer + usage + done, "", 300 * time.Millisecond, 3 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wait := tt.once
				client, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
					io.WriteString(w, tt.first)
					http.NewResponseController(w).Flush()
					time.Sleep(wait)
					wait = tt.always
					io.WriteString(w, tt.last)
				}), endpoint.Config{})
				for range 200 {
					var c metrics.Clock
					if _, err := conn.Stream(t.Context(), "", body(1, ""), &c); err != nil {
						t.Fatal(err)
					}
					time.Sleep(10 * time.Second)
				}
				if got := client.Counters().Unclosed; got != 2 {
					t.Errorf("%d of 200 were not closed, want 2", got)
				}
			})
		})
	}
}

// What the client itself is late for is not the server's to answer for.
func TestClosedThoughLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			io.WriteString(w, answer+"data: [DONE]\n\n")
		}), endpoint.Config{})
		c := metrics.Clock{First: func(time.Time) { time.Sleep(300 * time.Millisecond) }}
		if _, err := conn.Stream(t.Context(), "", body(1, ""), &c); err != nil {
			t.Fatal(err)
		}
		if n := client.Counters().Unclosed; n != 0 {
			t.Errorf("%d responses count as not closed", n)
		}
	})
}
