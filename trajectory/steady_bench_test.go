package trajectory_test

import (
	"fmt"
	"testing"

	"github.com/agentperf/agentperf-go/trajectory"
)

// The steady state of 500 trajectories of 40 turns, and a draw from it.
func BenchmarkSteady(b *testing.B) {
	w := &trajectory.Workload{}
	for i := range 500 {
		tr := &trajectory.Trajectory{ID: fmt.Sprint(i), Turns: make([]trajectory.Turn, 40)}
		for k := range tr.Turns {
			tr.Turns[k] = trajectory.Turn{PromptTokens: 5000 + 1000*k + 7*i, OutputTokens: 100 + i + k, ToolDelay: sec, ToolDelayKnown: true}
		}
		w.Trajectories = append(w.Trajectories, tr)
	}
	b.Run("New", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			trajectory.NewSteady(w, trajectory.Policy{}, byHandPace)
		}
	})
	b.Run("Draw", func(b *testing.B) {
		schedule := trajectory.Schedule{Workload: w, Steady: trajectory.NewSteady(w, trajectory.Policy{}, byHandPace)}
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			for range schedule.Plays(n) {
				break
			}
		}
	})
	b.Run("Held", func(b *testing.B) {
		s := trajectory.NewSteady(w, trajectory.Policy{}, byHandPace)
		b.ReportAllocs()
		for b.Loop() {
			s.Held(300)
		}
	})
}
