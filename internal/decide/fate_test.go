package decide

import (
	"math"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// Agents send one slow request and two fast ones in turn, each as the one before has ended: a
// third of the requests is slow. A cycle takes 34 s, and 34 agents are a second apart in it,
// so that in each second one agent does each of the things there are to do: one slow request
// and two fast ones meet their fate, in any second. A window of any length sees a third, from
// its first second on, also if what began before the phase is not known.
func TestFateIsFair(t *testing.T) {
	const sec = time.Second
	for _, tt := range []struct {
		criterion         Criterion
		first, slow, fast time.Duration // to the first token of slow ones, and lengths
		forced            bool
		settled           time.Duration
	}{
		// Slow ones are known to be after 0.1 s and 40 tokens at 10/s.
		{Criterion{Metric: OutputSpeed, Bound: 10, Percent: 25, Ends: true}, 100e6, 30 * sec, 2 * sec, true, 10 * sec},
		{Criterion{Metric: OutputSpeed, Bound: 10, Percent: 25, Ends: true}, 100e6, 30 * sec, 2 * sec, false, 50 * sec},
		{Criterion{Metric: E2ESpeed, Bound: 10, Percent: 25, Ends: true}, 100e6, 30 * sec, 2 * sec, true, 10 * sec},
		{Criterion{Metric: TTFT, Bound: 3e9, Percent: 95, Ends: true}, 29 * sec, 30 * sec, 2 * sec, false, 10 * sec},
	} {
		byBeginning, byEnd, windows := 0.0, 0.0, 0.0
		for length := 5 * sec; length <= 40*sec; length += 5 * sec {
			p := &record.Phase{Header: record.Header{Agents: 34, Settled: tt.settled, WindowEnd: tt.settled + length, End: tt.settled + length, Ending: record.Complete}}
			var begun, ends [2]float64 // requests that begin and end in the window, and those that end; slow ones
			for agent := range 34 {
				at := time.Duration(agent)*sec + sec/2 - 340*sec
				for n := 0; at < p.End; n++ {
					e2e, first := tt.fast, 100*time.Millisecond
					if n%3 == 0 {
						e2e, first = tt.slow, tt.first
					}
					r := ended(at, first, e2e, 41)
					r.Agent, r.MaxTokens, r.Forced = int32(agent), 41, tt.forced
					at += e2e
					if r.Begun < 0 {
						continue
					}
					if r.End < p.WindowEnd && r.End >= p.Settled {
						ends[0]++
						ends[1] += one(n%3 == 0)
						if r.Begun >= p.Settled {
							begun[0]++
							begun[1] += one(n%3 == 0)
						}
					}
					if r.End < p.End {
						p.Rows = append(p.Rows, r)
						continue
					}
					r.End, r.Outcome = record.None, record.Open
					if r.First > p.End {
						r.First = record.None
					}
					p.Open = append(p.Open, r)
				}
			}
			o := Observe([]Tier{{Criteria: []Criterion{tt.criterion}}}, sec, p).Tiers[0].Criteria[0]
			n, k := o.Against.Counts()
			m, j := o.For.Counts()
			if want := length.Seconds(); n != 3*want || k != want || m != n || j != k {
				t.Errorf("%s, forced %v, %v: %v of %v are bad, or %v of %v; want %v of %v", o.Name, tt.forced, length, k, n, j, m, want, 3*want)
			}
			byBeginning, byEnd, windows = byBeginning+begun[1]/begun[0], byEnd+ends[1]/ends[0], windows+1
		}
		if s := byBeginning / windows; s > 0.2 {
			t.Errorf("the test tests nothing: of requests that begin and end in the window %.2f are slow", s)
		}
		if s := byEnd / windows; tt.settled < 30*sec && s > 0.25 {
			t.Errorf("the test tests nothing: of requests that end in the window %.2f are slow", s)
		}
	}
}

func TestFate(t *testing.T) {
	at := func(seconds float64) time.Duration { return time.Duration(math.Round(seconds * 1e9)) }
	row := func(first, end float64, o record.Outcome) record.Row { // begun at 1 s, for 41 tokens
		r := record.New()
		r.Begun, r.Outcome, r.MaxTokens, r.Forced = at(1), o, 41, true
		if first > 0 {
			r.First = at(first)
		}
		if end > 0 {
			r.End = at(end)
		}
		return r
	}
	free, cold := row(2, 9, record.OK), row(2, 9, record.OK)
	free.Forced, cold.Cold = false, true
	for _, tt := range []struct {
		name  string
		m     *Metric
		bound float64
		r     record.Row
		at    float64
		want  float64 // 0 for none
	}{
		{"a first token in time", TTFT, 3e9, row(2, 9, record.OK), 2, 2},
		{"not yet", TTFT, 3e9, row(2, 9, record.OK), 1.9, 0},
		{"late at the ceiling", TTFT, 3e9, row(8, 9, record.OK), 4, 4},
		{"late without one", TTFT, 3e9, row(0, 0, record.Open), 4, 4},
		{"not yet late", TTFT, 3e9, row(0, 0, record.Open), 3.9, 0},
		{"failed before", TTFT, 3e9, row(0, 2, record.Failed), 5, 2},
		{"cut before", TTFT, 3e9, row(0, 2, record.Canceled), 5, 0},
		{"cut after", TTFT, 3e9, row(2, 3, record.Canceled), 5, 2},
		{"cold", TTFT, 3e9, cold, 9, 0},
		{"cold has a speed", OutputSpeed, 10, cold, 9, 6},
		{"fast enough, at its end", OutputSpeed, 10, row(2, 5, record.OK), 9, 5},
		{"40 tokens after the first at 10/s", OutputSpeed, 10, row(2, 9, record.OK), 6, 6},
		{"not yet", OutputSpeed, 10, row(2, 9, record.OK), 5.9, 0},
		{"without a length, at its end", OutputSpeed, 10, free, 9, 9},
		{"without a length, before", OutputSpeed, 10, free, 8, 0},
		{"failed at its end", OutputSpeed, 10, row(0, 3, record.Failed), 9, 3},
		{"all 41 tokens at 10/s", E2ESpeed, 10, row(0, 0, record.Open), 5.1, 5.1},
		{"cold has no speed over all", E2ESpeed, 10, cold, 9, 0},
	} {
		c := Criterion{Metric: tt.m, Bound: tt.bound}
		got, ok := c.fate(&tt.r, at(tt.at))
		if want := at(tt.want); ok != (tt.want > 0) || ok && (got-want).Abs() > 1 {
			t.Errorf("%s, %s: %v, %v, want %v", tt.m.Name, tt.name, got, ok, want)
		}
	}
}
