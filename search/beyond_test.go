package search

import "testing"

// What is known beyond Max, from an earlier run, does not make anybody ask there.
func TestJointNeverAsksBeyondMax(t *testing.T) {
	for name, bs := range map[string][]Belief{
		"a failure far beyond":       {{N: 10, Lean: Pass}, {N: 100, Lean: Fail, Sure: true}},
		"at Max and a failure":       {{N: 20, Lean: Pass, Sure: true}, {N: 100, Lean: Fail, Sure: true}},
		"contradiction beyond":       {{N: 18, Lean: Fail, Sure: true}, {N: 46, Lean: Pass, Sure: true}},
		"contradiction, both beyond": {{N: 38, Lean: Fail, Sure: true}, {N: 46, Lean: Pass, Sure: true}},
		"pass beyond":                {{N: 10, Lean: Pass}, {N: 46, Lean: Pass, Sure: true}},
		"both beyond":                {{N: 46, Lean: Pass, Sure: true}, {N: 64, Lean: Fail, Sure: true}},
	} {
		j := Joint{Max: 20}
		if q, ok := j.Next([][]Belief{bs}); ok && q.N > 20 {
			t.Errorf("%s: asks %+v", name, q)
		}
	}
}
