package generate_test

import (
	"fmt"

	"github.com/agentperf/agentperf-go/trajectory/generate"
)

func ExamplePreset() {
	w := generate.Preset(generate.Demo).Workload()
	s := w.Stats()
	fmt.Printf("%s (%s): %d sessions, %d requests\n", w.Name, w.Source, s.Trajectories, s.Requests)
	fmt.Printf("input P50 %.0f, largest %.0f tokens; output P50 %.0f tokens\n", s.Input.P50, s.Input.Max, s.Output.P50)
	// Output:
	// demo (generated, seed 0): 12 sessions, 117 requests
	// input P50 3749, largest 7465 tokens; output P50 45 tokens
}

func ExampleLike() {
	recorded := generate.Preset(generate.Demo).Workload() // in place of recordings

	sessions := generate.Like(recorded.Stats())
	sessions.Seed = 1
	sessions.Trajectories = 100
	if err := sessions.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	w := sessions.Workload()
	fmt.Printf("%d sessions of %.0f turns, recorded %.0f\n", len(w.Trajectories), w.Stats().Turns.P50, recorded.Stats().Turns.P50)
	// Output:
	// 100 sessions of 10 turns, recorded 10
}
