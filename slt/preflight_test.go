package slt_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/slt"
)

// A server that refuses max_tokens gets max_completion_tokens, in every query.
func TestMaxCompletionTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{}
		var refused atomic.Int32
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if bytes.Contains(body, []byte(`"max_tokens"`)) {
				refused.Add(1)
				http.Error(w, `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."}}`, http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			engine.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		cfg := short(1, 2)
		cfg.Endpoint = endpoint.Config{URL: "http://mem", Dial: server.Dial}
		report, err := slt.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if n := refused.Load(); n != 1 || report.Preflight.MaxTokensField != "max_completion_tokens" || !warned(report.Warnings, "every request has max_completion_tokens instead") {
			t.Errorf("%d requests refused, findings %+v", n, report.Preflight)
		}
		for _, l := range report.Levels {
			if l.Figures.Failed != 0 || *l.Figures.MeanOutputTokens != 100 {
				t.Errorf("concurrency %d: %+v", l.Concurrency, l.Figures)
			}
		}
	})
}

// A query that is longer than the context ends the sweep as invalid, whatever the endpoint
// states, and says what the server said and what failed beside it.
func TestContextOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{}
		var n atomic.Int32
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch i := n.Add(1); {
			case i > 60:
				io.Copy(io.Discard, r.Body)
				http.Error(w, `{"error":{"code":400,"message":"request (200 tokens) exceeds the available context size (150 tokens)","type":"exceed_context_size_error","n_prompt_tokens":200,"n_ctx":150}}`, http.StatusBadRequest)
			case i > 50:
				io.Copy(io.Discard, r.Body)
				http.Error(w, "busy", http.StatusServiceUnavailable)
			default:
				engine.ServeHTTP(w, r)
			}
		}))
		t.Cleanup(server.Close)
		cfg := short(1, 2, 4)
		cfg.Endpoint = endpoint.Config{URL: "http://mem", Dial: server.Dial}
		report, err := slt.Run(t.Context(), cfg)
		l := report.Levels[len(report.Levels)-1]
		if !errors.Is(err, slt.ErrInvalid) || l.Figures != nil || l.InvalidFigures.Failed == 0 {
			t.Fatalf("error %v, %+v", err, l)
		}
		for _, words := range []string{"a query is longer than the endpoint's context: ", "exceeds the available context size (150 tokens)", "; besides, 10 of "} {
			if !strings.Contains(l.Invalid, words) {
				t.Errorf("%q is not in %q", words, l.Invalid)
			}
		}
		var table bytes.Buffer
		if err := report.WriteTable(&table); err != nil || !strings.Contains(table.String(), "  10/") {
			t.Errorf("%v\n%s", err, table.String())
		}
	})
}
