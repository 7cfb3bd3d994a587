package confseq

import (
	"math"
	"testing"
)

// naiveMisses reports whether the score interval (Wilson 1927) at 99 %, which takes
// requests to be independent, misses q.
func naiveMisses(e *Evidence, q float64) bool {
	n, k := e.Counts()
	return math.Abs(k-q*n) > 2.5758*math.Sqrt(q*(1-q)*n)
}

// student holds the 99.5 % quantiles of the t distribution that are needed, by the
// number of agents.
var student = map[int]float64{4: 5.8409, 16: 2.9467, 64: 2.6561}

// byAgentMisses reports whether the t interval at 99 % of agents' shares, which takes
// agents to be independent, misses q.
func byAgentMisses(agents []Block, q float64) bool {
	g, mean, squares := 0.0, 0.0, 0.0
	for _, a := range agents {
		if a.N > 0 {
			g++
			d := a.K/a.N - mean
			mean += d / g
			squares += d * (a.K/a.N - mean)
		}
	}
	return math.Abs(mean-q) > student[len(agents)]*math.Sqrt(squares/(g-1)/g)
}

// tooMany reports whether so many misses are not the chance of p in one: as many or
// more have a probability of less than 1e-4.
func tooMany(misses int64, samples int, p float64) bool {
	if p == 1 {
		return false
	}
	tail := 1.0
	one := math.Pow(1-p, float64(samples)) // the probability of i misses
	for i := range misses {
		tail -= one
		one *= float64(int64(samples)-i) / float64(i+1) * p / (1 - p)
	}
	return tail < 1e-4
}

func TestTooMany(t *testing.T) {
	for _, tc := range []struct {
		misses  int64
		samples int
		p       float64
		want    bool
	}{
		{0, 40, 0.01, false},
		{4, 40, 0.01, false}, // one in 1,500
		{5, 40, 0.01, true},  // one in 20,000
		{23, 1000, 0.01, false},
		{25, 1000, 0.01, true},
		{1000, 1000, 1, false},
	} {
		if got := tooMany(tc.misses, tc.samples, tc.p); got != tc.want {
			t.Errorf("%d misses of %d at %v: %v, want %v", tc.misses, tc.samples, tc.p, got, tc.want)
		}
	}
}
