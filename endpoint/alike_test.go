package endpoint_test

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// seen is what is known of one answer.
type seen struct {
	Response endpoint.Response
	Outcome  endpoint.Outcome
	Message  string
	Timing   metrics.Timing
}

func see(r endpoint.Response, err error, c *metrics.Clock) seen {
	s := seen{Response: r, Outcome: outcome(err), Timing: c.Timing()}
	if e, ok := err.(*endpoint.Error); ok {
		s.Message = e.Message
	}
	// Instants of requests that were sent one after the other.
	s.Timing.Due, s.Timing.Sent = time.Time{}, time.Time{}
	return s
}

var paths = map[endpoint.API]string{endpoint.APIChat: "/chat/completions", endpoint.APIMessages: "/messages", endpoint.APIResponses: "/responses"}

// alike demands that Stream, Decode and a Transport, each with a client of its own, see the
// same in an answer of a handler. It is called in a bubble.
func alike(t *testing.T, handler http.Handler, payload [][]byte, http2 bool) {
	t.Helper()
	alikeIn(t, endpoint.APIChat, handler, payload, http2)
}

func alikeIn(t *testing.T, api endpoint.API, handler http.Handler, payload [][]byte, http2 bool) {
	t.Helper()
	server := memnet.Serve(handler)
	defer server.Close()

	// A server that hangs is given up by others at the time limit of Stream.
	const limit = endpoint.DefaultTimeout
	client, err := endpoint.New(endpoint.Config{API: api, URL: "http://mem", Dial: server.Dial, HTTP2: http2, Timeout: limit, IdleTimeout: limit})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	conn := client.Conn()
	var clock metrics.Clock
	r, err := conn.Stream(t.Context(), "", payload, &clock)
	if r.FinishReason != "" { // once more: the engine has a cache
		clock = metrics.Clock{}
		r, err = conn.Stream(t.Context(), "", payload, &clock)
	}
	want := see(r, err, &clock)
	conn.Close()

	other := &http.Transport{DialContext: server.Dial, DisableCompression: true, Protocols: new(http.Protocols)}
	defer other.CloseIdleConnections()
	other.Protocols.SetHTTP1(!http2)
	other.Protocols.SetUnencryptedHTTP2(http2)
	post := func(ctx context.Context, over http.RoundTripper) (*http.Response, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://mem/v1"+paths[api], bytes.NewReader(bytes.Join(payload, nil)))
		if err != nil {
			t.Fatal(err)
		}
		return over.RoundTrip(req)
	}

	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	clock = metrics.Clock{}
	clock.Sent(time.Now())
	if resp, err := post(ctx, other); err == nil && resp.StatusCode == http.StatusOK {
		// What is in no header, Decode cannot know.
		whole := resp.Header.Get("Content-Type") == "text/event-stream" || want.Outcome != endpoint.OutcomeMalformed
		r, err := endpoint.Decode(api, resp.Body, &clock)
		resp.Body.Close()
		got := see(r, err, &clock)
		if !whole {
			got.Outcome, got.Message = want.Outcome, want.Message
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Decode, -Stream +Decode:\n%s", diff)
		}
	}

	// A client that reads seldom and little, and one that reads at once.
	for _, late := range []time.Duration{0, 50 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		clock = metrics.Clock{}
		ctx, o := endpoint.Observe(ctx, &clock)
		resp, err := post(ctx, &endpoint.Transport{Base: other})
		var read []byte
		if err == nil {
			room := make([]byte, 10<<10)
			for err == nil {
				time.Sleep(late)
				var n int
				n, err = resp.Body.Read(room)
				read = append(read, room[:n]...)
			}
			resp.Body.Close()
			if want.Outcome == endpoint.OutcomeOK && clock.Streamed() {
				t.Error("the clock was touched before Result")
			}
		}
		r, err := o.Result()
		if diff := cmp.Diff(want, see(r, err, &clock)); diff != "" {
			t.Errorf("a client that reads %v late, -Stream +Transport:\n%s", late, diff)
		}
		cancel()
		if want.Outcome == endpoint.OutcomeOK && !bytes.Contains(read, []byte("data:")) {
			t.Errorf("the client read %.100q", read)
		}
	}
	synctest.Wait()
}
