package agentperf_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/trajectory"
)

// An agent whose session has two subagents all along, as long as itself, is three
// streams at any time: the answer is exactly floor(C/3s).
func TestCapacityWithSubagents(t *testing.T) {
	lengths := []int{20, 7, 33}
	for _, tt := range []struct {
		capacity, speed float64
		want            int
	}{
		{46, 4, 3},
		{48, 4, 4}, // a tie
		{100, 34, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := workload(t, 5, lengths, 0)
			for i, tr := range w.Trajectories {
				for k, sub := range workload(t, 2, lengths, 0).Trajectories {
					sub.ID = fmt.Sprintf("t%d/%d", i, k)
					tr.Subagents = append(tr.Subagents, trajectory.Subagent{Trajectory: sub, After: -1})
				}
			}
			var requests bytes.Buffer
			report, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: tt.capacity}, agentperf.Config{
				Workload: w, Tiers: floor(tt.speed), Rule: short, MaxStart: -1, Requests: &requests,
			}))
			if err != nil {
				t.Fatal(err)
			}
			if got := report.Tiers[0]; got.MaxAgents != tt.want || got.FirstFailingAgents == nil || *got.FirstFailingAgents != tt.want+1 {
				t.Errorf("C=%v, s=%v: %+v, want exactly %d", tt.capacity, tt.speed, got, tt.want)
				logPhases(t, report)
			}
			if report.Config.Turns != 5*3*len(lengths) {
				t.Errorf("the report speaks of %d turns", report.Config.Turns)
			}
			counts := make(map[bool]int)
			for line := range bytes.Lines(requests.Bytes()) {
				var r agentperf.Request
				if err := json.Unmarshal(line, &r); err != nil {
					t.Fatal(err)
				}
				if r.ID != "" { // the line of a phase has none
					counts[r.Subagent != ""]++
				}
			}
			// All but the ones that the end of a phase kept from beginning.
			if sub, own := counts[true], counts[false]; sub < 2*own-10 || sub > 2*own+10 {
				t.Errorf("%d requests of subagents beside %d", counts[true], counts[false])
			}
		})
	}
}

// A workload put together by hand may be anything.
func TestBadSubagents(t *testing.T) {
	for want, change := range map[string]func(a, b *trajectory.Trajectory){
		"Subagents[0]: nil": func(a, _ *trajectory.Trajectory) { a.Subagents = []trajectory.Subagent{{}} },
		`Subagents[0] ("t0"): in the workload twice`: func(a, _ *trajectory.Trajectory) {
			a.Subagents = []trajectory.Subagent{{Trajectory: a}}
		},
		`Trajectories[1] ("t1"): in the workload twice`: func(a, b *trajectory.Trajectory) {
			a.Subagents = []trajectory.Subagent{{Trajectory: b}}
		},
		`("t0"): subagent 0 comes after turn 7 of 1, is joined by 0`: func(a, _ *trajectory.Trajectory) {
			a.Subagents = []trajectory.Subagent{{Trajectory: workload(t, 1, []int{5}, 0).Trajectories[0], After: 7}}
		},
		`Subagents[0] ("x"): no turns`: func(a, _ *trajectory.Trajectory) {
			a.Subagents = []trajectory.Subagent{{Trajectory: &trajectory.Trajectory{ID: "x"}}}
		},
	} {
		w := workload(t, 2, []int{5}, 0)
		change(w.Trajectories[0], w.Trajectories[1])
		cfg := agentperf.Config{Endpoint: endpoint.Config{URL: "http://h"}, Workload: w}
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, expected %q", err, want)
		}
		if _, err := agentperf.Run(t.Context(), cfg); err == nil {
			t.Errorf("%q: Run takes it", want)
		}
	}
}
