package page

import (
	"fmt"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

func TestBracket(t *testing.T) {
	pass, fail := agentperf.TierVerdict{Verdict: agentperf.Pass}, agentperf.TierVerdict{Verdict: agentperf.Fail}
	maybe := agentperf.TierVerdict{Verdict: agentperf.Undecided, Tentative: agentperf.Pass}
	hardly := agentperf.TierVerdict{Verdict: agentperf.Undecided, Tentative: agentperf.Fail}
	b := bracket{says: make(map[int]said)}
	for i, s := range []struct {
		agents int
		says   agentperf.TierVerdict
		want   string
	}{
		{1, maybe, "1..0"}, {8, maybe, "8..0"}, {16, hardly, "8..16"}, {12, hardly, "8..12"},
		{12, agentperf.TierVerdict{Verdict: agentperf.Undecided}, "8..12"}, // says nothing
		{12, maybe, "12..16"}, // both tentative: the later one
		{10, fail, "8..10"},   // a fail below what seemed to hold
		{9, pass, "9..10"},    // between
		{4, hardly, "9..10"},  // a pass at more agents stands against it
		{9, hardly, "9..10"},  // and a verdict at the same number
		{9, fail, "1..4"},     // but not against another verdict, without which the fail at 4 is back
		{16, pass, "8..9"},    // nothing above a fail counts
	} {
		b.take(s.agents, s.says)
		if got := fmt.Sprintf("%d..%d", b.low, b.high); got != s.want {
			t.Errorf("step %d: %s, want %s", i, got, s.want)
		}
	}
}
