package decide

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// Requests are counted by the length of their inputs, each with what it counts for: the rest
// of an answer that an agent was met in the middle of by how much longer it takes than was
// assumed, at most until it is certain to be slow.
func TestInputs(t *testing.T) {
	const sec = time.Second
	p := &record.Phase{Header: record.Header{Agents: 1, WindowEnd: time.Hour, End: time.Hour, Ending: record.Complete}}
	p.Pace = record.Pace{Token: 0.01, Context: 1e-6} // 0.02 s with 10,000 tokens of input
	add := func(planned int32, perToken float64, midway bool) {
		r := ended(time.Duration(len(p.Rows))*sec, sec, sec+time.Duration(100*perToken*1e9), 101)
		r.Planned, r.Midway, r.MaxTokens, r.Forced = planned, midway, 101, true
		p.Rows = append(p.Rows, r)
	}
	add(10_000, 0.02, false)
	add(10_000, 0.04, true) // as long again as was assumed
	add(10_000, 0.01, true) // half of it
	add(10_000, 1, true)    // slow: certain at 0.05 s a token
	add(100, 0.02, false)
	add(100, 0.9, false)
	add(100, 0.002, true) // the least there is
	tier := Tier{Criteria: []Criterion{{Metric: OutputSpeed, Bound: 20, Percent: 25, Ends: true}, {Metric: TTFT, Bound: 3e9, Percent: 95, Ends: true}}}
	o := Observe([]Tier{tier}, sec, p).Tiers[0]
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-3 })
	short, long := 13, 26 // 100 is 2^6.64 and 10,000 is 2^13.29: halves of doublings
	want := []InputCount{{short, 2.25, [2]float64{1, 1}}, {long, 1 + 2 + 0.5 + 2.5, [2]float64{2.5, 2.5}}}
	if d := cmp.Diff(want, o.Criteria[0].Inputs, near); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	// Whether its first token is late has nothing to do with how long an answer is.
	want = []InputCount{{Bin: short, N: 3}, {Bin: long, N: 4}}
	if d := cmp.Diff(want, o.Criteria[1].Inputs, near); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	for bin := range mostBin {
		if got := binOf(int32(math.Round(binInput(bin)))); got != bin && bin > 3 {
			t.Errorf("%v tokens stand for bin %d and are in %d", binInput(bin), bin, got)
		}
	}
	if binOf(-1) != 0 || binOf(0) != 0 || binOf(math.MaxInt32) > mostBin {
		t.Error("lengths beyond all bins have others")
	}
}
