package agentperf_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
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
