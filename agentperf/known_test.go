package agentperf_test

import (
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// workload makes trajectories of turns with the given output lengths, and
// delays between them.
func workload(tb testing.TB, trajectories int, lengths []int, delay time.Duration) *trajectory.Workload {
	tb.Helper()
	var s trajectory.Store
	w := &trajectory.Workload{Name: "test"}
	for i := range trajectories {
		t := &trajectory.Trajectory{ID: fmt.Sprintf("t%d", i)}
		var c *trajectory.History
		for j, n := range lengths {
			var err error
			if c, err = s.Append(c, fmt.Appendf(nil, `{"role":"user","content":"t%d turn %d"}`, i, j)); err != nil {
				tb.Fatal(err)
			}
			t.Turns = append(t.Turns, trajectory.Turn{History: c, OutputTokens: n, ToolDelay: delay, ToolDelayKnown: true})
		}
		w.Trajectories = append(w.Trajectories, t)
	}
	return w
}

// inMemory serves the engine for a run in a bubble.
func inMemory(t *testing.T, engine *endpointtest.Engine, cfg agentperf.Config) agentperf.Config {
	t.Helper()
	server := memnet.Serve(engine)
	t.Cleanup(server.Close)
	cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", server.Dial
	if cfg.Seed == 0 {
		cfg.Seed = 42
	}
	return cfg
}

func floor(speeds ...float64) (tiers []agentperf.Tier) {
	for _, s := range speeds {
		tiers = append(tiers, agentperf.Tier{SpeedFloor: metrics.TokensPerSecond(s), TTFTCeiling: time.Minute})
	}
	return tiers
}

// With no time between tokens and requests the answer is exactly floor(C/s).
func TestCapacityIsFloorCOverS(t *testing.T) {
	rules := func(rate float64) agentperf.Point {
		return agentperf.Point{SpawnRate: rate, Settle: 5 * time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second}
	}
	tests := []struct {
		capacity float64
		speeds   []float64
		lengths  []int
		rules    agentperf.Point
		batch    int
	}{
		{46, []float64{4, 20, 46}, []int{20, 7, 33}, rules(0), 1},
		{46, []float64{4}, []int{20, 7, 33}, rules(1), 1},
		{46, []float64{4}, []int{21, 8, 34}, rules(4), 4},
		{40, []float64{4, 8, 5}, []int{20, 7, 33}, rules(4), 1}, // ties: exactly 10, 5 and 8
		{33, []float64{3}, []int{10, 20, 15}, rules(4), 1},      // a tie at thirds of a nanosecond
		{70, []float64{7}, []int{50}, rules(2), 1},              // and at sevenths, all of one length
		{1150, []float64{100, 250, 1150, 1151}, []int{60, 90, 40}, rules(8), 1},
		{100, []float64{101}, []int{20}, rules(8), 1}, // nobody gets it
	}
	for i, tt := range tests {
		t.Run(fmt.Sprintf("%d/C=%v", i, tt.capacity), func(t *testing.T) {
			if testing.Short() && tt.capacity > 1000 {
				t.Skip("long with the race detector, which the others serve as well")
			}
			synctest.Test(t, func(t *testing.T) {
				cfg := inMemory(t, &endpointtest.Engine{Capacity: tt.capacity, TokensPerEvent: tt.batch}, agentperf.Config{
					Workload: workload(t, 5, tt.lengths, 0), Tiers: floor(tt.speeds...), Rule: tt.rules,
				})
				report, err := agentperf.Run(t.Context(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				for i, s := range tt.speeds {
					want := int(math.Floor(tt.capacity / s))
					got := report.Tiers[i]
					if got.MaxAgents != want || got.FirstFailingAgents == nil || *got.FirstFailingAgents != want+1 || !got.Bounded {
						t.Errorf("%v tokens/s: %+v, want exactly %d", s, got, want)
					}
				}
				if t.Failed() {
					logPhases(t, report)
				}
				if !report.Complete {
					t.Error("the report is not complete")
				}
			})
		})
	}
}

func logPhases(t *testing.T, r *agentperf.Report) {
	t.Helper()
	for _, p := range r.Phases {
		f := p.Figures
		if f == nil {
			t.Logf("phase %d: %d agents, invalid: %s", p.Index, p.Agents, p.Invalid)
			continue
		}
		speed := -1.0
		if f.P25Speed != nil {
			speed = *f.P25Speed
		}
		t.Logf("phase %d: %d agents, %d requests, P25 %.6f, %v", p.Index, p.Agents, f.Requests, speed, p.Verdicts)
	}
}
