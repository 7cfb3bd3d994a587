package slt_test

import (
	"bytes"
	"io"
	"net/http"
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
