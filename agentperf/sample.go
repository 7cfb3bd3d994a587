package agentperf

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// A phaseSample is what the figures of a number of agents need of one phase, in a few KB.
type phaseSample struct {
	Speed quantileSample `json:"speed"`
	E2E   quantileSample `json:"e2e_speed"`
	TTFT  quantileSample `json:"ttft"`
}

// A quantileSample is the distribution of a figure in one phase, and how much its percentile
// is worth.
type quantileSample struct {
	// Bins counts the requests by the logarithm of the figure.
	Bins map[int]int `json:"bins,omitempty"`
	// Zeros and Infinite count what has no logarithm: failed requests.
	Zeros    int `json:"zeros,omitempty"`
	Infinite int `json:"infinite,omitempty"`
	// Clusters and Effective are those of the interval of the phase alone, and By what was
	// taken for a cluster; 0 and empty without an interval.
	Clusters  int     `json:"clusters,omitempty"`
	By        string  `json:"by,omitempty"`
	Effective float64 `json:"effective,omitempty"`
}

// binWidth is the width of a bin, relative to the figure: figures of several phases are
// within half of it, which does not show in three digits.
const binWidth = 0.002

// mostBin is the bin of figures beyond any clock: e^37.
const mostBin = int(37 / binWidth)

func binOf(v float64) int {
	return max(-mostBin, min(mostBin, int(math.Round(math.Log(v)/binWidth))))
}

// values returns the figures, sorted; those in the middle of their bins.
func (s *quantileSample) values() (vs []float64) {
	vs = make([]float64, s.Zeros, s.Zeros+s.Infinite)
	bins := make([]int, 0, len(s.Bins))
	for b := range s.Bins {
		bins = append(bins, b)
	}
	slices.Sort(bins)
	for _, b := range bins {
		vs = append(vs, slices.Repeat([]float64{math.Exp(float64(b) * binWidth)}, s.Bins[b])...)
	}
	return append(vs, slices.Repeat([]float64{math.Inf(1)}, s.Infinite)...)
}

// validate reports what no phase has: it comes from a file.
func (s *quantileSample) validate() error {
	sum := s.Zeros + s.Infinite
	for b, n := range s.Bins {
		if b < -mostBin || b > mostBin || n < 1 || n > mostRequests {
			return fmt.Errorf("%d requests in bin %d", n, b)
		}
		sum += n
	}
	if s.Zeros < 0 || s.Infinite < 0 || sum > mostRequests || s.Clusters < 0 || s.Clusters > mostRequests || s.Effective < 0 {
		return fmt.Errorf("%d failed and %d late requests of %d in %d clusters worth %v", s.Zeros, s.Infinite, sum, s.Clusters, s.Effective)
	}
	return nil
}

// mostRequests bounds the requests of a phase: a million agents have as many in a minute.
const mostRequests = 100_000_000

// UnmarshalJSON decodes a sample and checks it.
func (s *quantileSample) UnmarshalJSON(text []byte) error {
	type plain quantileSample
	if err := json.Unmarshal(text, (*plain)(s)); err != nil {
		return err
	}
	return s.validate()
}
