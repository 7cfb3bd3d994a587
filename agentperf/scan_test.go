package agentperf_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// On systems that batch, queue, prefill and cache as real ones do, the search
// finds what asking every number of agents finds.
func TestSearchIsALinearScan(t *testing.T) {
	for _, tt := range []struct {
		preset string
		tier   agentperf.Tier
	}{
		{"demo", agentperf.Tier{SpeedFloor: 110, TTFTCeiling: 3 * time.Second}},
		{"8xh100-gpt-oss-120b-model", agentperf.Tier{SpeedFloor: 330, TTFTCeiling: time.Second}},
		{"gb300-nvl72-deepseek-v4-pro-model", agentperf.Tier{SpeedFloor: 160, TTFTCeiling: time.Second}},
	} {
		t.Run(tt.preset, func(t *testing.T) {
			if testing.Short() && tt.preset != "gb300-nvl72-deepseek-v4-pro-model" {
				t.Skip("long with the race detector, which the others serve as well")
			}
			synctest.Test(t, func(t *testing.T) {
				preset, err := simulate.Preset(tt.preset)
				if err != nil {
					t.Fatal(err)
				}
				config := func() (agentperf.Config, func()) {
					system, err := simulate.New(preset)
					if err != nil {
						t.Fatal(err)
					}
					server := memnet.Serve(system)
					return agentperf.Config{
						Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, Workload: generate.Sessions{}.Workload(),
						Tiers: []agentperf.Tier{tt.tier}, Seed: 7,
						Rule: agentperf.Point{SpawnRate: 5, Settle: 5 * time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second},
					}, server.Close
				}
				want, scan := 0, ""
				for n, failed := 1, 0; failed < 2; n++ {
					cfg, done := config()
					report, err := agentperf.Check(t.Context(), cfg, n)
					done()
					if err != nil {
						t.Fatal(err)
					}
					p := report.Phases[0]
					scan += fmt.Sprintf("%d agents: P25 %.1f tokens/s, P95 TTFT %.3f s, %s\n", n, *p.Figures.P25Speed, *p.Figures.P95TTFT, p.Verdicts[0].Verdict)
					switch {
					case p.Verdicts[0].Verdict == agentperf.Fail:
						failed++
					case failed > 0:
						t.Fatalf("not a case to test: %d agents pass after a failure\n%s", n, scan)
					default:
						want = n
					}
					if n == 40 {
						t.Fatalf("not a case to test: nothing fails\n%s", scan)
					}
				}
				if want < 3 {
					t.Fatalf("not a case to test: %d agents\n%s", want, scan)
				}
				cfg, done := config()
				defer done()
				report, err := agentperf.Run(t.Context(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				if got := report.Tiers[0]; got.MaxAgents != want || *got.FirstFailingAgents != want+1 {
					t.Errorf("the search says %+v, the scan %d\n%s", got, want, scan)
					logPhases(t, report)
				}
				t.Logf("%v: %d agents in %d phases\n%s", metrics.TokensPerSecond(tt.tier.SpeedFloor), want, len(report.Phases), scan)
			})
		})
	}
}
