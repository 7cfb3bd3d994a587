package simulate_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

const ms = time.Millisecond

// client serves handler in memory and returns a client of it.
func client(t *testing.T, handler http.Handler) *endpoint.Client {
	t.Helper()
	server := memnet.Serve(handler)
	c, err := endpoint.New(endpoint.Config{URL: "http://mem", Dial: server.Dial})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		server.Close()
	})
	return c
}

// system returns a new system.
func system(t *testing.T, c simulate.Config) *simulate.System {
	t.Helper()
	s, err := simulate.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// message returns a message that counts as so many tokens: 4 bytes each.
func message(text string, tokens int) string {
	const empty = `{"role":"user","content":""}`
	fill := tokens*4 - len(empty) - len(text)
	return fmt.Sprintf(`{"role":"user","content":"%s%s"}`, text, strings.Repeat(".", fill))
}

// body returns a request for so many tokens.
func body(tokens int, messages ...string) [][]byte {
	return [][]byte{fmt.Appendf(nil, `{"model":"simulated","messages":[%s],"max_tokens":%d,"ignore_eos":true,"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`,
		strings.Join(messages, ","), tokens)}
}

// timed is one request as a client saw it.
type timed struct {
	metrics.Timing
	err error
}

func (r timed) ttft() time.Duration {
	d, _ := r.TTFT()
	return d
}

// send sends one request.
func send(ctx context.Context, c *endpoint.Client, body [][]byte) timed {
	conn := c.Conn()
	defer conn.Close()
	var clock metrics.Clock
	_, err := conn.Stream(ctx, "", body, &clock)
	return timed{clock.Timing(), err}
}

// must sends one request that has to end well.
func must(t *testing.T, c *endpoint.Client, body [][]byte) timed {
	t.Helper()
	r := send(t.Context(), c, body)
	if r.err != nil {
		t.Error(r.err)
	}
	return r
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
