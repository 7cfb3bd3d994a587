package agentperf

import (
	"testing"

	"github.com/agentperf/agentperf-go/search"
)

// A number beyond those that may be tried at which nothing succeeded, of an earlier
// report, makes nobody ask between there and here.
func TestRefereeStaysWithinMax(t *testing.T) {
	r := newReferee(Rules{}, 0.01, 1, search.Joint{Max: 20})
	for range 2 {
		r.observe(outcome{agents: 64, proofs: make([][]proof, 1), dead: []bool{true}})
	}
	for n := 1; n <= 16; n *= 2 {
		r.levels[0].at(n).phases = 1
	}
	bs := r.beliefs(0, 0, nil, 0)
	for i := range bs {
		if bs[i].N <= 16 {
			bs[i].Lean = search.Pass
		}
	}
	if q, ok := r.joint.Next([][]search.Belief{bs}); ok && q.N > 20 {
		t.Errorf("asks %d agents, where 20 are the most", q.N)
	}
}
