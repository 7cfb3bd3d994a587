package agentperf_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/trajectory"
)

// An audit asks in the API of the load: an honest server passes in each, with the same checks
// made, and one that keeps its answers is found.
func TestAuditInEachAPI(t *testing.T) {
	var want []string
	for _, api := range apis {
		for trick, outcome := range map[endpointtest.Trick]agentperf.AuditOutcome{"": agentperf.AuditPassed, "answer_cache": agentperf.AuditFindings} {
			synctest.Test(t, func(t *testing.T) {
				cfg := agentperf.Config{Workload: workload(t, 10, []int{40, 60}, 0), Tiers: floor(10), Rule: short, Seed: 7, Audit: &agentperf.Audit{}}
				cfg.Endpoint.API = api
				r, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{PerRequest: 50, Trick: trick}, cfg), 4)
				if err != nil {
					t.Fatal(api, err)
				}
				if r.Audit.Outcome != outcome || r.Audit.Failed != 0 {
					t.Errorf("%s, %q: %+v", api, trick, r.Audit)
				}
				if trick != "" {
					return
				}
				var got []string
				for _, c := range r.Audit.Checks {
					got = append(got, c.Code+" "+c.Outcome)
				}
				if want == nil {
					want = got
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: %q, in chat completions %q", api, got, want)
				}
			})
		}
	}
}

// Requests for one token, of a calibration and of an audit, do not ask for thinking with a
// budget, for which they have no room.
func TestOneTokenHasNoRoomToThink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{PerRequest: 50}
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			if q := gjson.ParseBytes(body); q.Get("thinking").Exists() && q.Get("max_tokens").Int() <= q.Get("thinking.budget_tokens").Int() {
				http.Error(w, `{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens must be greater than thinking.budget_tokens"}}`, http.StatusBadRequest)
				return
			}
			engine.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		cfg := agentperf.Config{Workload: hashed(t, 10, 1), Tiers: floor(10), Rule: short, Seed: 7, Audit: &agentperf.Audit{}}
		cfg.Endpoint.URL, cfg.Endpoint.API, cfg.Endpoint.Dial = "http://mem", endpoint.APIMessages, server.Dial
		cfg.Policy.Output, cfg.Policy.MaxTokens = trajectory.OutputFree, 150
		cfg.Policy.Fields = map[string]json.RawMessage{"thinking": json.RawMessage(`{"type":"enabled","budget_tokens":100}`)}
		r, err := agentperf.Check(t.Context(), cfg, 4)
		if err != nil {
			t.Fatal(err)
		}
		if r.Audit.Failed != 0 {
			t.Errorf("%+v", r.Audit)
		}
	})
}
