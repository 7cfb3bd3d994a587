package decide

import (
	"testing"

	"github.com/agentperf/agentperf-go/search"
)

// What is known beyond Max, from an earlier run, does not make anybody ask there.
func TestJointNeverAsksBeyondMax(t *testing.T) {
	for name, bs := range map[string][]belief{
		"a failure far beyond":       {{N: 10, Lean: search.Pass}, {N: 100, Lean: search.Fail, Sure: true}},
		"at Max and a failure":       {{N: 20, Lean: search.Pass, Sure: true}, {N: 100, Lean: search.Fail, Sure: true}},
		"contradiction beyond":       {{N: 18, Lean: search.Fail, Sure: true}, {N: 46, Lean: search.Pass, Sure: true}},
		"contradiction, both beyond": {{N: 38, Lean: search.Fail, Sure: true}, {N: 46, Lean: search.Pass, Sure: true}},
		"pass beyond":                {{N: 10, Lean: search.Pass}, {N: 46, Lean: search.Pass, Sure: true}},
		"both beyond":                {{N: 46, Lean: search.Pass, Sure: true}, {N: 64, Lean: search.Fail, Sure: true}},
	} {
		j := joint{Max: 20}
		if q, ok := j.Next([][]belief{bs}); ok && q.N > 20 {
			t.Errorf("%s: asks %+v", name, q)
		}
	}
}
