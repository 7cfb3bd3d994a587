package fleet

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/trajectory"
)

// tools returns a workload whose turns wait for tools of unknown duration.
func tools(t *testing.T) *trajectory.Workload {
	w := workload(t, 5, 20, 7, 33)
	for _, of := range w.Trajectories {
		for i := range of.Turns {
			of.Turns[i].ToolDelayKnown = false
		}
	}
	return w
}

// A play of two phases: what each agent sent, and what was measured of it.
type play struct {
	bodies [2]map[int][]string
	rows   [2]map[int][]string // begun in the window
	owners [2][]int32
}

// measured returns two phases of so many agents by load, whose requests x sees.
func (x *trial) measured(l agentperf.Load) (all play) {
	for i := range 2 {
		x.mu.Lock()
		x.bodies = make(map[int][]string)
		x.mu.Unlock()
		plan := x.plan
		plan.Index = i
		p, err := l.Phase(x.t.Context(), &plan, record.Watch{})
		if err != nil || p.Fault != "" {
			x.t.Fatal(err, p.Fault)
		}
		x.mu.Lock()
		all.bodies[i] = x.bodies
		x.mu.Unlock()
		all.owners[i] = p.Owners
		all.rows[i] = make(map[int][]string)
		slices.SortFunc(p.Rows, func(a, b record.Row) int { return int(a.Begun - b.Begun) })
		for _, r := range p.Rows {
			if r.Begun >= p.Settled && r.Begun < p.WindowEnd {
				play := p.Plays[r.Play]
				all.rows[i][int(r.Agent)] = append(all.rows[i][int(r.Agent)], fmt.Sprintf("%v %s %s %d: %v %v, %d tokens, %s", r.Begun, play.Trajectory, play.Session, r.Turn, r.First, r.End, r.Tokens, r.Outcome))
			}
		}
	}
	return all
}

// Agents send the same requests, byte by byte, and what is measured of them is the same,
// whoever runs them.
func TestSameRequests(t *testing.T) {
	for name, change := range map[string]func(x *trial){
		"many": func(x *trial) { x.plan.Measure, x.engine.TokensPerEvent = 2*time.Second, 40 },
		"fields": func(x *trial) {
			x.plan.Policy.Fields = map[string]json.RawMessage{"note": json.RawMessage(`{ "a<b" :  "c & d > e" , "n": 1.50e+2 }`), "é\u2028": json.RawMessage(`[1,  2]`)}
		},
		"steady": func(x *trial) {
			x.plan.Steady, x.plan.Pace = true, record.Pace{First: 0.3, Token: 0.05}
		},
		"assigned": func(x *trial) {
			x.plan.Policy.ToolDelay = trajectory.ToolDelaySampled
			for i := range 40 {
				x.plan.Assigned = append(x.plan.Assigned, []string{fmt.Sprint("t", i%5), fmt.Sprint("t", (i+2)%5)})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			agents := 40
			if name == "many" {
				if agents = 400; testing.Short() {
					t.Skip("takes a while with the race detector")
				}
			}
			quarter := agents / 4
			synctest.Test(t, func(t *testing.T) {
				x := newTrial(t, nil)
				x.plan.Agents, x.plan.SpawnRate, x.plan.Measure = agents, float64(agents), 6*time.Second
				change(x)
				recorded := workload(t, 5, 20, 7, 33)
				if name == "assigned" {
					recorded = tools(t)
				}
				fitted, _ := recorded.Fit(x.plan.Policy)
				fitted.Encode(x.plan.Policy)
				x.plan.Workload = replay.Digest(fitted, &x.plan.Policy)
				connect, end := x.connect("one")
				defer end()
				want := x.measured(&agentperf.LocalLoad{Workload: recorded, Connect: connect})
				for _, capacities := range [][]int{{agents}, {quarter, quarter, quarter, quarter}, {quarter / 2, quarter * 3 / 2, quarter * 2}} {
					for i, capacity := range capacities {
						x.begin(fmt.Sprint("w", i), WorkerConfig{Capacity: capacity, Workload: recorded})
						time.Sleep(137 * time.Millisecond)
					}
					x.c = x.controller(len(capacities))
					got := x.measured(x.c)
					x.end()
					clear(x.workers)
					for phase := range 2 {
						if diff := cmp.Diff(want.rows[phase], got.rows[phase]); diff != "" {
							t.Errorf("%v, phase %d: %.2000s", capacities, phase, diff)
						}
						for agent := range agents {
							a, b := want.bodies[phase][agent], got.bodies[phase][agent]
							n := min(len(a), len(b))
							if n < len(want.rows[phase][agent]) || n == 0 || !slices.Equal(a[:n], b[:n]) {
								t.Fatalf("%v, phase %d, agent %d: %d and %d requests, %d in the window, or others:\n%.500q\n%.500q", capacities, phase, agent, len(a), len(b), len(want.rows[phase][agent]), a, b)
							}
						}
					}
					if !slices.Equal(got.owners[0], got.owners[1]) {
						t.Errorf("%v: the agents have moved", capacities)
					}
					for i, capacity := range capacities {
						if n := counted(got.owners[0], int32(i)); n != capacity {
							t.Errorf("%v: worker %d has %d agents", capacities, i, n)
						}
					}
				}
			})
		})
	}
}
