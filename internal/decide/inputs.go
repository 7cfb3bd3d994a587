package decide

import (
	"encoding/json"
	"maps"
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// An InputCount counts the requests of a criterion whose inputs are of about one length, or
// those of agents that stay for about equally long: N of them, of which Bad[0] are bad for a pass and Bad[1] for a fail, each with its weight. It
// encodes to JSON as [Bin, N, Bad[0], Bad[1]].
type InputCount struct {
	Bin int
	N   float64
	Bad [2]float64
}

// MarshalJSON encodes the count.
func (c InputCount) MarshalJSON() ([]byte, error) {
	return json.Marshal([4]float64{float64(c.Bin), c.N, c.Bad[0], c.Bad[1]})
}

// UnmarshalJSON decodes what MarshalJSON encodes.
func (c *InputCount) UnmarshalJSON(text []byte) error {
	var v [4]float64
	err := json.Unmarshal(text, &v)
	c.Bin, c.N, c.Bad = int(v[0]), v[1], [2]float64{v[2], v[3]}
	return err
}

// weight returns what a request counts for. Agents that are met in the middle of an answer
// are drawn as if all answers took the time that the pace has for them. An answer that takes
// twice as long is met twice as often in the steady state, and one that is over sooner less
// often, so that what is left of such an answer counts by how long it takes, at most until its
// fate is certain, for what it was assumed to take.
func (v *view) weight(c *Criterion, r *record.Row) float64 {
	assumed := v.Pace.Token + v.Pace.Context*float64(max(0, r.Planned))
	if !r.Midway || c.Metric != OutputSpeed || assumed <= 0 {
		return 1
	}
	perToken := 1 / c.Bound
	if r.Outcome == record.OK && r.End <= v.at {
		t := v.fit.Timing(r)
		if s, ok := t.OutputSpeed(); ok && float64(s) > c.Bound {
			perToken = 1 / float64(s)
		}
	}
	return clamp(perToken/assumed, 1/mostWeight, mostWeight)
}

// mostWeight bounds the weight of one request: a pace that is off by more than that was
// assumed before anything was measured.
const mostWeight = 4.0

// binsPerDoubling is the number of bins that inputs of one length to twice that fall into:
// within one they are alike to a fifth.
const binsPerDoubling = 2

// mostBin is the largest bin; inputs of more tokens than any context has are in it.
const mostBin = binsPerDoubling * 31

// binOf returns the bin of a number of input tokens.
func binOf(input int32) int {
	return min(mostBin, int(binsPerDoubling*math.Log2(float64(max(1, input)))))
}

// binInput returns the number of input tokens that stands for a bin.
func binInput(bin int) float64 { return math.Exp2((float64(bin) + 0.5) / binsPerDoubling) }

func countInput(counts map[int]*InputCount, bin int, weight float64, forPass, forFail bool) {
	c := counts[bin]
	if c == nil {
		c = &InputCount{Bin: bin}
		counts[bin] = c
	}
	c.N += weight
	for side, bad := range [2]bool{forPass, forFail} {
		if bad {
			c.Bad[side] += weight
		}
	}
}

// inputCounts returns the counts by bin, in increasing order.
func inputCounts(counts map[int]*InputCount) (all []InputCount) {
	for _, bin := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, *counts[bin])
	}
	return all
}
