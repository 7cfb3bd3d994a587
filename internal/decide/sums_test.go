package decide

import (
	"math"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
)

// What agents hold at an instant: the latest prompt of each live thread. A subagent is over
// with its last request; an agent that has begun nothing yet holds what its standing says.
func TestHeld(t *testing.T) {
	const sec = time.Second
	row := func(agent, thread, planned int32, begun, end time.Duration) record.Row {
		r := record.New()
		r.Agent, r.Thread, r.Planned, r.Begun, r.End, r.Outcome = agent, thread, planned, begun, end, record.OK
		if end < 0 {
			r.Outcome = record.Open
		}
		return r
	}
	other := row(0, 0, 5_000_000, 1*sec, 2*sec)
	other.Play = record.None // of no trajectory
	p := &record.Phase{
		Header: record.Header{Agents: 4, Settled: 10 * sec, WindowEnd: 30 * sec, End: 30 * sec},
		Rows: []record.Row{
			row(0, 0, 200, 6*sec, 18*sec), row(0, 0, 100, 0, 5*sec), row(0, 0, 1000, 22*sec, 25*sec),
			row(1, 0, 3_000, 1*sec, 3*sec), // its agent pauses
			row(1, 1, 50_000, 4*sec, 12*sec), row(1, 1, 60_000, 13*sec, 19*sec),
			row(1, 2, 700_000, 8*sec, 21*sec), other,
		},
		Open: []record.Row{row(2, 0, 10_000_000, 15*sec, record.None), row(2, 3, 20_000_000, 16*sec, record.None)},
	}
	p.Standings = []record.Standing{{Held: 7}, {Held: 7}, {Held: 40_000_000}, {Held: 100_000_000}}
	v := view{Phase: p, at: p.End, until: p.WindowEnd, block: sec}
	for _, tt := range []struct {
		at   time.Duration
		want float64
	}{
		{0, 100 + 7 + 40_000_000 + 100_000_000},
		{5 * sec, 100 + 3_000 + 50_000 + 40_000_000 + 100_000_000},
		{14 * sec, 200 + 3_000 + 60_000 + 700_000 + 40_000_000 + 100_000_000},
		{20 * sec, 200 + 3_000 + 700_000 + 10_000_000 + 20_000_000 + 100_000_000}, // the first subagent is over
		{23 * sec, 1000 + 3_000 + 10_000_000 + 20_000_000 + 100_000_000},          // the second too
	} {
		if got := v.held(tt.at); got != tt.want {
			t.Errorf("at %v they hold %.0f, want %.0f", tt.at, got, tt.want)
		}
	}
	l := v.load()
	if want := v.held(20 * sec); l.Held != want {
		t.Errorf("in the middle they hold %v, want %v", l.Held, want)
	}
	if l.Requests != 4 || l.Input != 60_000+10_000_000+20_000_000+1000 {
		t.Errorf("%+v", l)
	}
	// In the middle of eighths of the window, 11.25, 13.75, ... 28.75 s.
	mean := 0.0
	for i := range 8 {
		mean += v.held(11250*time.Millisecond+time.Duration(i)*2500*time.Millisecond) / 8
	}
	if math.Abs(l.HeldMean-mean) > 1 {
		t.Errorf("they hold %v on average, want %v", l.HeldMean, mean)
	}
}

// Answers of 0.01 s and 1 µs per token of context for each token lie on one line, whatever
// their weights; and of two phases, each by its weight.
func TestPaceByHand(t *testing.T) {
	p := &record.Phase{Header: record.Header{Agents: 1, WindowEnd: time.Hour, End: time.Hour}}
	at := time.Duration(0)
	for i, context := range []int32{0, 20_000, 50_000, 100_000} {
		tokens := 101 + 300*i
		perToken := 0.01 + 1e-6*float64(context)
		first := 200 * time.Millisecond * time.Duration(i+1)
		// The first token comes first: the others take their time after it.
		r := ended(at, first, first+time.Duration(float64(tokens-1)*perToken*1e9), tokens)
		r.Planned, r.Cold = context, i == 3
		at = r.End + time.Second
		p.Rows = append(p.Rows, r)
	}
	v := view{Phase: p, at: p.End, until: p.WindowEnd, block: time.Second}
	v.fit = derive.FitOf(p, v.at)
	s := v.pace()
	got, ok := s.pace()
	// The first of three that were not cold came after 0.2, 0.4 and 0.6 s.
	want := record.Pace{First: 0.4, Token: 0.01, Context: 1e-6}
	if !ok || math.Abs(got.First-want.First) > 1e-6 || math.Abs(got.Token-want.Token) > 1e-6 || math.Abs(got.Context-want.Context) > 1e-10 {
		t.Errorf("%+v, want %+v", got, want)
	}

	// Twice a line of 0.02 and 0 beside one of 0.04 and 0: means of 1/3.
	var sum PaceSums
	sum.add(PaceSums{W: 1, WX: 10, WY: 0.02, WXX: 100, WXY: 0.2, Firsts: 1, First: 1}, 2)
	sum.add(PaceSums{W: 1, WX: 10, WY: 0.04, WXX: 100, WXY: 0.4, Firsts: 1, First: 4}, 1)
	if got, ok := sum.pace(); !ok || math.Abs(got.Token-0.08/3) > 1e-12 || got.Context != 0 || got.First != 2 {
		t.Errorf("%+v", got)
	}
	// A speed that rises with the context is none: it counts as constant.
	falling := PaceSums{W: 2, WX: 100, WY: 0.05, WXX: 10_000, WXY: 2} // (0, 0.03) and (100, 0.02)
	if got, ok := falling.pace(); !ok || got.Context != 0 || math.Abs(got.Token-0.025) > 1e-12 {
		t.Errorf("%+v", got)
	}
	// A line through (0, 0) leaves a tenth of the mean to an empty context.
	steep := PaceSums{W: 2, WX: 300, WY: 0.03, WXX: 50_000, WXY: 5} // (100, 0.01) and (200, 0.02)
	if got, ok := steep.pace(); !ok || math.Abs(got.Token-0.0015) > 1e-12 || math.Abs(got.Context-(0.015-0.0015)/150) > 1e-12 {
		t.Errorf("%+v", got)
	}
	if _, ok := new(PaceSums).pace(); ok {
		t.Error("nothing has a pace")
	}
}

// Of two agents one has two answers at speed e, the other two at e cubed: logarithms of 2 on
// average. About that, agents' sums are -2 and 2: squares of 8, twice that for two of them.
// Blocks follow each other with -1, -1, 1 and 1: squares of 4, and twice 1 - 1 + 1 for neighbors.
// Answers alone have 4, which is in both: 16 + 6 - 4 for the sum of four.
func TestSpeedByHand(t *testing.T) {
	p := &record.Phase{Header: record.Header{Agents: 3, WindowEnd: time.Hour, End: time.Hour}}
	for i, log := range []float64{1, 1, 3, 3} {
		first := time.Second
		r := ended(time.Duration(i)*10*time.Minute, first, first+time.Duration(1000/math.Exp(log)*1e9), 1001)
		r.Agent = int32(i / 2)
		p.Rows = append(p.Rows, r)
	}
	v := view{Phase: p, at: p.End, until: p.WindowEnd, block: 10 * time.Minute}
	v.fit = derive.FitOf(p, v.at)
	s := v.speed()
	if s.N != 4 || math.Abs(s.Mean-2) > 1e-3 || math.Abs(s.Variance-18.0/16) > 1e-3 {
		t.Errorf("%+v", s)
	}
}
