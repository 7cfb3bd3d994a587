package fleet

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// An audit asks from the controller, beside the load of the workers.
func TestAuditBesideAFleet(t *testing.T) {
	audit := func(workers int) (a agentperf.AuditReport, sent map[string]int) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, &endpointtest.Engine{Capacity: 460})
			load := workload(t, 10, 40, 60)
			cfg := agentperf.Config{Endpoint: w.endpoint(), Workload: load, Tiers: tiers(10), Rule: point, Seed: 7, Audit: &agentperf.Audit{}}
			var all []*process
			if workers > 0 {
				for _, name := range []string{"a", "b"} {
					all = append(all, w.start(name, WorkerConfig{Workload: load}))
				}
				c := w.controller(workers)
				defer func() {
					c.Close()
					for _, p := range all {
						<-p.done
					}
				}()
				cfg.Load = c
			}
			report, err := agentperf.Check(t.Context(), cfg, 8)
			if err != nil {
				t.Fatal(err)
			}
			a, sent = report.Audit, w.sent
		})
		return a, sent
	}
	want, _ := audit(0)
	got, sent := audit(2)
	if got.Outcome != want.Outcome || got.Requests != want.Requests || len(got.Checks) != len(want.Checks) || strings.Contains(got.Reason, "load beside it") {
		t.Errorf("%+v, want %+v", got, want)
	}
	if want.Requests == 0 || sent["a"] == 0 || sent["b"] == 0 {
		t.Errorf("%d requests of the audit, beside %v of the workers", want.Requests, sent)
	}
}
