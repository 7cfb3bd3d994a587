package decide

import (
	"testing"

	"github.com/agentperf/agentperf-go/search"
)

// Once both sides are decided they stay so, whatever else is measured.
func TestKeepsBounds(t *testing.T) {
	c := decidedFar(t)
	var few []replicate // too few to be sure of anything
	of := make(map[int]int)
	for _, o := range c.seen {
		if of[o.Agents]++; of[o.Agents] <= 2 {
			few = append(few, o)
		}
	}
	c.seen = few
	c.forget()
	if s := stand(c.beliefs(0)); s.Pass != 10 || s.Fail != 36 {
		t.Errorf("%+v", s)
	}
	for _, k := range c.levels[0].numbers {
		k.kept = search.Unclear
	}
	c.keep()
	if s := stand(c.beliefs(0)); s.Pass != 0 || s.Fail != 0 {
		t.Errorf("without what was kept: %+v", s)
	}
}
