package decide

import (
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// atOnce returns an answer of which all tokens came in one event at its end.
func atOnce(begun, e2e time.Duration, tokens int) record.Row {
	start := time.Unix(1_800_000_000, 0)
	var c metrics.Clock
	c.Sent(start.Add(begun))
	c.Arrived(start.Add(begun+e2e), 5*tokens, 0)
	c.Usage(metrics.Usage{Completion: tokens})
	c.Done(start.Add(begun + e2e))
	r := record.New()
	r.Begun = begun
	t := c.Timing()
	r.Take(&t, start)
	r.Conclude(record.OK, 0)
	return r
}

// Answers without a speed are slow where even their whole time is too long for their tokens,
// and short ones are left out.
func TestSlowWithoutASpeed(t *testing.T) {
	const ms = time.Millisecond
	floor := []Tier{{Name: "floor", Criteria: []Criterion{{Metric: OutputSpeed, Bound: 100, Percent: 25}}}}
	ceiling := two(100, 2*time.Second)
	for _, tt := range []struct {
		name   string
		tiers  []Tier
		e2e    time.Duration
		tokens int
		edit   func(r *record.Row)
		slow   bool
	}{
		// 400 tokens take 4 s at the floor, and the usual TTFT is 200 ms.
		{"400 tokens at 40 a second", floor, 10 * time.Second, 400, nil, true},
		{"and with a ceiling", ceiling, 10 * time.Second, 400, nil, true},
		{"just too slow", floor, 4601 * ms, 400, nil, true},
		{"thrice the usual TTFT", floor, 4600 * ms, 400, nil, false},
		{"fast", floor, 3 * time.Second, 400, nil, false},
		{"into a cold cache", floor, 10 * time.Second, 400, func(r *record.Row) { r.Cold = true }, false},
		{"a tool call of 2 tokens", floor, 500 * ms, 2, nil, false},
		{"a tool call of 30 tokens, late", floor, 3 * time.Second, 30, nil, false},
		{"one of 70", floor, 1000 * ms, 70, nil, false},
	} {
		p := &record.Phase{Header: record.Header{Agents: 1, WindowEnd: time.Minute, End: time.Minute, Ending: record.Complete}}
		for i := range 20 {
			begun := time.Duration(i) * time.Second
			r := ended(begun, 200*ms, 2200*ms, 401)
			if i%20 < 9 {
				r = atOnce(begun, tt.e2e, tt.tokens)
				if tt.edit != nil {
					tt.edit(&r)
				}
			}
			p.Rows = append(p.Rows, r)
		}
		o := Observe(tt.tiers, time.Second, p)
		c := &o.Tiers[0].Criteria[0]
		want := 0.0
		if tt.slow {
			want = 0.45
		}
		if c.For.Share() != want || c.Against.Share() != want || (c.Unmeasurable == 0) != tt.slow || c.Doubtful != 0 {
			t.Errorf("%s: a share of %v for a pass and %v for a fail, %d without a figure; want %v", tt.name, c.For.Share(), c.Against.Share(), c.Unmeasurable, want)
		}
		if slow := float64(c.Value) < 100; slow != tt.slow {
			t.Errorf("%s: P25 is %v", tt.name, c.Value)
		}
	}
}

// What is usual is the median of the answers that have a speed, at most the ceiling.
func TestFirstTokens(t *testing.T) {
	for _, tt := range []struct {
		answers int
		tier    *Tier
		want    time.Duration
	}{
		{7, &two(100, 2*time.Second)[0], 2 * time.Second},
		{8, &two(100, 2*time.Second)[0], 600 * time.Millisecond},
		{8, &two(100, 500*time.Millisecond)[0], 500 * time.Millisecond},
		{8, &Tier{}, 600 * time.Millisecond},
		{7, &Tier{}, unknown},
	} {
		p := &record.Phase{}
		for i := range tt.answers {
			p.Rows = append(p.Rows, ended(time.Duration(i)*time.Second, 200*time.Millisecond, 2*time.Second, 100))
		}
		for range 20 {
			p.Rows = append(p.Rows, atOnce(0, 9*time.Second, 100))
		}
		if got := tt.tier.FirstTokens(p, derive.Fit{}, time.Hour); got != tt.want {
			t.Errorf("%d answers: %v, want %v", tt.answers, got, tt.want)
		}
	}
}
