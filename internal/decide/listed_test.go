package decide

import (
	"slices"
	"testing"
)

// The point rule measures the numbers of a list once, in order, whatever the verdicts, and
// says how long they take: 10 s each, and a second for each agent that starts.
func TestPointList(t *testing.T) {
	list := []int{1, 4, 16}
	r := NewPoint(Point{SpawnRate: 1, Measure: 10e9}, nil, Bounds{Min: 1, Max: 16, List: list})
	if o := r.Outlook(); o.Remaining != (10+13+25)*1e9 {
		t.Errorf("%v remain", o.Remaining)
	}
	var asked []int
	for {
		p, ok := r.Next()
		if !ok {
			break
		}
		asked = append(asked, p.Agents)
		if err := r.Observe(p, Observation{Agents: p.Agents, Block: 1e9}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(asked, list) {
		t.Errorf("asked %v", asked)
	}
}
