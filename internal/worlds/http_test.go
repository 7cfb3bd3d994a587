package worlds

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
)

// The same system over HTTP gives the same speeds and first tokens as in process.
func TestHTTPIsTheSameSystem(t *testing.T) {
	old := *overHTTP
	t.Cleanup(func() { *overHTTP = old })
	for _, name := range []string{"kv", "sticky", "turns"} {
		var p25, p95 []float64
		for _, *overHTTP = range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				cfg := Named(name).config(t, 1)
				cfg.Rule = agentperf.Point{SpawnRate: 2, Settle: 30 * time.Second, Measure: 3 * time.Minute, MinTrajectories: -1, MinPerAgent: -1, Drain: time.Minute}
				report, err := agentperf.Check(t.Context(), cfg, 20)
				if err != nil {
					t.Fatal(err)
				}
				f := report.Phases[0].Figures
				p25, p95 = append(p25, *f.P25Speed), append(p95, *f.P95TTFT)
			})
		}
		if !near(p25[0], p25[1]) || !near(p95[0], p95[1]) {
			t.Errorf("%s: P25 of speed and P95 of TTFT are %v and %v, in process and over HTTP", name, p25, p95)
		}
		t.Log(name, p25, p95)
	}
}

// near allows for what draws of chance do that come in another order.
func near(a, b float64) bool { return a <= 1.03*b && b <= 1.03*a }
