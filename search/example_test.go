package search_test

import (
	"context"
	"fmt"

	"github.com/agentperf/agentperf-go/search"
)

// A system that keeps every agent above 100 tokens per second up to 21 agents.
func tokensPerSecond(agents int) float64 { return 2100 / float64(agents) }

func ExampleFinder_Find() {
	probe := func(ctx context.Context, n int) (float64, search.Verdict, error) {
		speed := tokensPerSecond(n) // in earnest: run n agents for ten minutes
		if speed < 100 {
			return speed, search.Fail, nil
		}
		return speed, search.Pass, nil
	}

	finder := search.Finder[float64]{Bracket: search.Bracket{Start: 8, Max: 500}}
	res, err := finder.Find(context.Background(), probe)
	if err != nil {
		fmt.Println(err) // res still has what was found until then
	}
	for _, step := range res.Steps {
		fmt.Printf("%2d agents: %5.1f tokens/s, %v\n", step.N, step.Evidence, step.Verdict)
	}
	fmt.Println("largest passing:", res.LargestPassing, "bounded:", res.Bounded)
	// Output:
	//  8 agents: 262.5 tokens/s, pass
	// 16 agents: 131.2 tokens/s, pass
	// 32 agents:  65.6 tokens/s, fail
	// 24 agents:  87.5 tokens/s, fail
	// 20 agents: 105.0 tokens/s, pass
	// 22 agents:  95.5 tokens/s, fail
	// 21 agents: 100.0 tokens/s, pass
	// largest passing: 21 bounded: true
}

// Two limits from the same measurements: every answer is told to both.
func ExampleBracket() {
	floors := []float64{100, 300} // tokens per second
	brackets := make([]search.Bracket, len(floors))
	measured := 0
	for i := range brackets {
		for {
			n, ok := brackets[i].Next()
			if !ok {
				break
			}
			speed := tokensPerSecond(n)
			measured++
			for j, floor := range floors {
				verdict := search.Fail
				if speed >= floor {
					verdict = search.Pass
				}
				brackets[j].Observe(n, verdict)
			}
		}
	}
	for i, floor := range floors {
		fmt.Printf("at %.0f tokens/s: %d agents\n", floor, brackets[i].Summary().LargestPassing)
	}
	fmt.Println("measurements:", measured)
	// Output:
	// at 100 tokens/s: 21 agents
	// at 300 tokens/s: 7 agents
	// measurements: 12
}
