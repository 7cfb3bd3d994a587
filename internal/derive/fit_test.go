package derive_test

import (
	"math/rand/v2"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// An answer is held against the others of its phase, whatever their order, and only where
// there are enough to compare with.
func TestFit(t *testing.T) {
	of := func(tokens, bytes int) answer {
		return answer{outcome: record.OK, sent: sec, events: every(2*sec, sec, 10), end: 20 * sec, usage: tokens, bytes: bytes}
	}
	honest := func(n int) (all []answer) {
		for i := range n {
			all = append(all, of(100, []int{40, 50, 60}[i%3]))
		}
		return all
	}
	lies := func(n int) (all []answer) {
		for range n {
			all = append(all, of(1000, 40))
		}
		return all
	}
	for _, tt := range []struct {
		name string
		all  []answer
		odd  answer
		want metrics.Unmeasurable
	}{
		// 500 bytes of 100 tokens are the median.
		{"like the others", honest(20), of(200, 80), ""},
		{"nearly twice as many", honest(20), of(195, 50), ""},
		{"too many for the others", honest(20), of(205, 50), metrics.TokensDoNotFit},
		{"some who lie change nothing", append(honest(20), lies(9)...), of(195, 50), ""},
		{"too many, but who is to say", honest(4), of(205, 50), ""},
		{"few", honest(20), of(15, 3), ""},
		{"more than bytes", honest(20), of(1000, 40), metrics.TokensDoNotFit},
		{"liars do not teach", append(honest(12), lies(100)...), of(205, 50), metrics.TokensDoNotFit},
	} {
		p := phase(1, append(tt.all, tt.odd)...)
		odd := p.Rows[len(p.Rows)-1]
		fit := derive.FitOf(p, p.End)
		got := fit.Timing(&odd)
		rand.Shuffle(len(p.Rows), func(i, j int) { p.Rows[i], p.Rows[j] = p.Rows[j], p.Rows[i] })
		if derive.FitOf(p, p.End) != fit {
			t.Errorf("%s: depends on the order", tt.name)
		}
		if why := got.Unmeasurable(); why != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, why, tt.want)
		}
	}
}

// More tokens than the answer could have are not believed, unless as many events came: such
// a server ignores the limit.
func TestMoreThanTheLimit(t *testing.T) {
	for _, tt := range []struct {
		limit, tokens, events int
		want                  metrics.Unmeasurable
	}{
		{100, 100, 50, ""}, {100, 101, 50, ""}, {100, 102, 50, metrics.TokensDoNotFit}, {0, 150, 50, ""}, {31, 50, 50, ""}, {10, 50, 50, ""},
	} {
		a := answer{outcome: record.OK, sent: sec, events: every(2*sec, 100*ms, tt.events), end: 20 * sec, usage: tt.tokens, bytes: 20}
		r := a.row()
		if tt.limit > 0 {
			r.MaxTokens = int32(tt.limit)
		}
		timing := r.Timing()
		if why := timing.Unmeasurable(); why != tt.want {
			t.Errorf("%+v: %q", tt, why)
		}
		if _, ok := timing.E2ESpeed(); ok != (tt.want == "") {
			t.Errorf("%+v: E2E speed is %v", tt, ok)
		}
	}
}
