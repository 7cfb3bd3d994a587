package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/openai/openai-go/v3"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// question returns a prompt of some length that no cache has: it differs from its first
// words on.
func question(i int) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model:         "gpt-oss-120b",
		Messages:      []openai.ChatCompletionMessageParamUnion{openai.UserMessage(fmt.Sprintf("%06d ", i) + strings.Repeat("Count to a hundred. ", 2000))},
		MaxTokens:     openai.Int(200),
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
	}
}

// TestAgrees times requests by turns with the official client and with package endpoint,
// over HTTP in virtual time: speed and time to first token differ by less than 1 %, also
// where the client is slower than the system and reads late.
func TestAgrees(t *testing.T) {
	for _, pause := range []time.Duration{0, 30 * time.Millisecond} {
		t.Run(fmt.Sprintf("pause=%v", pause), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				config, err := simulate.Preset("8xh100-gpt-oss-120b-model")
				if err != nil {
					t.Fatal(err)
				}
				system, err := simulate.New(config)
				if err != nil {
					t.Fatal(err)
				}
				server := memnet.Serve(system)
				defer server.Close()
				base := &http.Transport{DialContext: server.Dial}
				defer base.CloseIdleConnections()
				theirs := newClient("http://mem/v1", base)

				client, err := endpoint.New(endpoint.Config{URL: "http://mem", Dial: server.Dial})
				if err != nil {
					t.Fatal(err)
				}
				conn := client.Conn()
				defer conn.Close()
				for i := range 10 {
					text := ""
					began := time.Now()
					got, err := ask(t.Context(), theirs, question(2*i), func(piece string) {
						time.Sleep(pause)
						text += piece
					})
					if err != nil {
						t.Fatal(err)
					}
					if took := time.Since(began); pause > 0 && took < 2*got.E2E {
						t.Errorf("the client took %v for an answer of %v: it was not late", took, got.E2E)
					}
					want := ours(t, conn, question(2*i+1))
					if want.Tokens != 200 || got.Tokens != 200 || int64(len(text)) != want.Bytes || got.Bytes != want.Bytes {
						t.Errorf("%d tokens and %d bytes, the client read %d; want %d and %d", got.Tokens, got.Bytes, len(text), want.Tokens, want.Bytes)
					}
					compare(t, "TTFT", first(t, got), first(t, want))
					compare(t, "output speed", speed(t, got), speed(t, want))
				}
			})
		})
	}
}

// ours times a request with package endpoint.
func ours(t *testing.T, conn *endpoint.Conn, params openai.ChatCompletionNewParams) metrics.Timing {
	t.Helper()
	body, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	body = append(body[:len(body)-1], `,"stream":true}`...)
	var clock metrics.Clock
	if _, err := conn.Stream(t.Context(), "", [][]byte{body}, &clock); err != nil {
		t.Fatal(err)
	}
	return clock.Timing()
}

func first(t *testing.T, timing metrics.Timing) float64 {
	d, ok := timing.TTFT()
	if !ok {
		t.Error("no TTFT")
	}
	return d.Seconds()
}

func speed(t *testing.T, timing metrics.Timing) float64 {
	v, ok := timing.OutputSpeed()
	if !ok {
		t.Errorf("no speed: %s", timing.Unmeasurable())
	}
	return float64(v)
}

func compare(t *testing.T, what string, got, want float64) {
	t.Helper()
	t.Logf("%s: %v with the official client, %v with endpoint", what, got, want)
	if !(math.Abs(got/want-1) < 0.01) {
		t.Errorf("%s is %v with the official client, %v with endpoint", what, got, want)
	}
}

// TestFailures has the outcome of a request that the client cannot complete.
func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			http.Error(w, `{"error":{"message":"no such model"}}`, http.StatusNotFound)
		}))
		defer server.Close()
		base := &http.Transport{DialContext: server.Dial}
		defer base.CloseIdleConnections()
		_, err := ask(t.Context(), newClient("http://mem/v1", base), question(0), func(string) {})
		if err == nil || !strings.Contains(err.Error(), "HTTP status 404: no such model") || asked != 1 {
			t.Errorf("%v after %d requests", err, asked)
		}
	})
}
