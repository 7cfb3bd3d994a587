package fleet

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Each worker has its part of any number of agents, to within one agent for each other worker,
// and of all that the fleet can run just what it can run itself.
func TestShare(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	fleets := [][]int{{1}, {100, 100, 100, 100}, {50, 150, 200}, {1, 1000}, {1000, 1}, {7, 7, 1}}
	for range 200 {
		capacities := make([]int, 1+rng.IntN(8))
		for i := range capacities {
			capacities[i] = 1 + rng.IntN(200)
		}
		fleets = append(fleets, capacities)
	}
	for _, capacities := range fleets {
		total := newShare(capacities).total
		counts := make([]int, len(capacities))
		for n, owner := range newShare(capacities).of(total) {
			counts[owner]++
			for i, c := range capacities {
				part := float64(n+1) * float64(c) / float64(total)
				if off := float64(counts[i]) - part; off >= float64(len(capacities)) || off <= -float64(len(capacities)) || counts[i] > c {
					t.Fatalf("%v: of %d agents worker %d has %d, want %.1f", capacities, n+1, i, counts[i], part)
				}
			}
		}
		if !slices.Equal(counts, capacities) {
			t.Errorf("%v: of %d agents they have %v", capacities, total, counts)
		}
	}
	// The largest fleet is asked at once.
	c := &Controller{share: newShare(slices.Repeat([]int{1_000_000}, 1000))}
	if n := c.Capacity(); n != 1_000_000_000 {
		t.Errorf("a capacity of %d", n)
	}
	if n := new(Controller).Capacity(); n != 0 {
		t.Errorf("a capacity of %d before there is a fleet", n)
	}
}
