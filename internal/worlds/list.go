package worlds

import (
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A World is a system, its workload, a service level and the known answer.
type World struct {
	Name string
	// Workload makes the sessions, once per process.
	Workload func() *trajectory.Workload
	// Floor is the speed that 75 % of the answers must reach in tokens per second, of
	// output or with E2E of the whole request. Ceiling is the TTFT that 95 % must keep; 0
	// means none.
	Floor   float64
	E2E     bool
	Ceiling time.Duration
	Model   Model
	// Truth is the largest number of agents that hold, with all below it, in the long run.
	Truth int
	// Hours is the simulated time that tells Truth from its neighbors, for a test that runs
	// each time.
	Hours float64
}

// All are the worlds.
var All = []*World{
	{Name: "kv", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 22, Hours: 100,
		Model: Model{Speed: 60, Held: 225_000, TTFT: 100 * time.Millisecond, Prefill: 20_000}},
	{Name: "aalike", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 10, Hours: 100,
		Model: Model{Speed: 60, Context: 60_000, Crowd: 0.1, TTFT: 100 * time.Millisecond, Prefill: 20_000}},
	{Name: "aalibctx", Workload: AALike, Floor: 30, Ceiling: 5 * time.Second, Truth: 30, Hours: 40,
		Model: Model{Speed: 100, Context: 82_000, Crowd: 0.05, TTFT: 100 * time.Millisecond, Prefill: 40_000}},
	{Name: "thermal", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 8, Hours: 200,
		Model: Model{Speed: 60, Spread: 0.2, Heat: 0.214, HeatLag: 10 * time.Minute, TTFT: 500 * time.Millisecond}},
	{Name: "outage", Workload: AALike, Floor: 20, Ceiling: 3 * time.Second, Truth: 0, Hours: 100,
		Model: Model{Speed: 60, Capacity: 230, TTFT: 500 * time.Millisecond, LateEvery: 17 * time.Minute, LateFor: 130 * time.Second, Late: 3500 * time.Millisecond, LateShare: 0.58}},
	{Name: "outages", Workload: AALike, Floor: 20, Ceiling: 3 * time.Second, Truth: 0, Hours: 300,
		Model: Model{Speed: 60, Capacity: 230, TTFT: 500 * time.Millisecond, LateEvery: 17 * time.Minute, LateFor: 130 * time.Second, Late: 3500 * time.Millisecond, LateShare: 0.58, LateRandom: true}},
	{Name: "sticky", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 10, Hours: 200,
		Model: Model{Speed: 60, Capacity: 320, Replicas: 4, TTFT: 500 * time.Millisecond}},
	{Name: "long", Workload: Long, Floor: 20, Truth: 0, Hours: 100,
		Model: Model{Speed: 60, Capacity: 400, SlowTurn: 120, SlowTurnSpeed: 0.2, TTFT: 500 * time.Millisecond}},
	{Name: "longe2e", Workload: Long, Floor: 18, E2E: true, Truth: 0, Hours: 100,
		Model: Model{Speed: 60, Capacity: 400, SlowTurn: 120, SlowTurnSpeed: 0.2, TTFT: 500 * time.Millisecond}},
	{Name: "turns", Workload: Long, Floor: 20, Ceiling: 10 * time.Second, Truth: 13, Hours: 60,
		Model: Model{Speed: 60, Capacity: 390, Spread: 0.2, SlowTurn: 120, SlowTurnSpeed: 0.6, TTFT: 500 * time.Millisecond}},
	{Name: "plain", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 13, Hours: 50,
		Model: Model{Speed: 60, Capacity: 265, Spread: 0.15, TTFT: 500 * time.Millisecond}},
	{Name: "iid", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 13, Hours: 50,
		Model: Model{Speed: 40, SlowSpeed: 10, SlowHalf: 13.5, SlowPower: 5, TTFT: 500 * time.Millisecond}},
	{Name: "spell10", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 14, Hours: 100,
		Model: Model{Speed: 40, SlowSpeed: 10, SlowHalf: 14, SlowPower: 5, SlowCommon: 0.6, SlowSpell: 10 * time.Second, TTFT: 500 * time.Millisecond}},
	{Name: "fast", Workload: Short, Floor: 100, Ceiling: time.Second, Truth: 11, Hours: 1,
		Model: Model{Capacity: 1130, TTFT: 2 * time.Millisecond}},
	{Name: "ou300", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 12, Hours: 100,
		Model: Model{Speed: 60, Capacity: 254, Wander: 0.18, WanderLag: 300 * time.Second, TTFT: 500 * time.Millisecond}},
	{Name: "ou1200", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 12, Hours: 300,
		Model: Model{Speed: 60, Capacity: 254, Wander: 0.18, WanderLag: 1200 * time.Second, TTFT: 500 * time.Millisecond}},
	{Name: "drift", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 13,
		Model: Model{Speed: 60, Capacity: 265, Spread: 0.15, Drift: 0.25, TTFT: 500 * time.Millisecond}},
	{Name: "kernelgap", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 8, Hours: 50,
		Model: Model{Speed: 60, Capacity: 500, GapFrom: 9, GapTo: 11, GapSpeed: 0.3, TTFT: 500 * time.Millisecond}},
	{Name: "starve", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 26, Hours: 200,
		Model: Model{Speed: 60, Capacity: 132, SlowSpeed: 1, SlowShare: 0.22, TTFT: 500 * time.Millisecond}},
	{Name: "holdback", Workload: AALike, Floor: 20, Ceiling: 10 * time.Second, Truth: 24, Hours: 50,
		Model: Model{Speed: 60, Capacity: 260, Spread: 0.15, HoldBack: 20 * time.Second, TTFT: 500 * time.Millisecond}},
}

// Named returns the world with a name; nil if there is none.
func Named(name string) *World {
	for _, w := range All {
		if w.Name == name {
			return w
		}
	}
	return nil
}
