package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"

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

// upload tries one upload of some megabytes to a service and reports whether it timed out:
// the more often, the larger it is, with a share of 5 % at 84 MB.
func upload(rng *rand.Rand, megabytes float64) (timedOut bool) {
	return rng.Float64() < 0.05*(megabytes/84)*(megabytes/84)
}

// The largest upload of which fewer than 5 % time out, from 1 MB to 1 TB, within 25 %. Each
// size is tried until the answer is certain, or 2,000 times.
func ExampleShareTest() {
	sizes := search.Grid{From: 1, To: 1e6, Ratio: 1.25}
	probe := func(ctx context.Context, n int) (tried int, v search.Verdict, err error) {
		test, err := search.NewShareTest(0.05, 0.001) // of a dozen sizes: about 1 % in all
		if err != nil {
			return 0, search.Unclear, err
		}
		rng := rand.New(rand.NewPCG(1, uint64(n)))
		for tried < 2000 && test.Verdict() == search.Unclear {
			test.Add(upload(rng, sizes.At(n))) // in earnest: stop with an error if ctx is done
			tried++
		}
		return tried, test.Verdict(), nil
	}
	// Uploads to different hosts do not disturb each other: three sizes at once.
	finder := search.Finder[int]{Bracket: sizes.Bracket(10), Parallel: 3}
	result, err := finder.Find(context.Background(), probe)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range result.Steps {
		fmt.Printf("%5.1f MB: %v after %d uploads\n", sizes.At(step.N), step.Verdict, step.Evidence)
	}
	fmt.Printf("fewer than 5 %% of %.0f MB time out\n", sizes.At(result.LargestPassing))
	for _, n := range result.Unclear {
		fmt.Printf("%.0f MB may be too many\n", sizes.At(n))
	}
	// Output:
	//   1.6 MB: pass after 138 uploads
	//   3.8 MB: pass after 138 uploads
	//   9.3 MB: pass after 138 uploads
	//  11.6 MB: pass after 138 uploads
	//  14.6 MB: pass after 138 uploads
	//  18.2 MB: pass after 138 uploads
	//  22.7 MB: pass after 312 uploads
	//  28.4 MB: pass after 377 uploads
	//  35.5 MB: pass after 312 uploads
	//  44.4 MB: pass after 843 uploads
	//  55.5 MB: pass after 577 uploads
	//  69.4 MB: undecided after 2000 uploads
	// fewer than 5 % of 56 MB time out
	// 69 MB may be too many
}
