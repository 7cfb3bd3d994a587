package decide

import (
	"math"
	"testing"

	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/search"
)

// blocksOf returns the evidence of n blocks of ten requests each, the first few all bad, each
// request of a play of its own.
func blocksOf(n, bad int) confseq.Evidence {
	var s confseq.Sample
	for i := range n {
		for k := range 10 {
			s.Add(int64(i), 10*i+k, i < bad)
		}
	}
	return s.Evidence()
}

// Bets at a number and at that number or more count as the mean of their e-values, where there
// are blocks enough.
func TestBetsArePooled(t *testing.T) {
	const q = 0.05
	few, own, more := blocksOf(confseq.MinBlocks-1, 0), blocksOf(60, 0), blocksOf(150, 1)
	value := func(e confseq.Evidence) float64 { return math.Exp(e.LogEBelow(q)) }
	for _, tt := range []struct {
		name string
		bets bets
		want float64
	}{
		{"both", bets{own, more}, (value(own) + value(more)) / 2},
		{"few at the number itself", bets{few, more}, value(more) / 2},
		{"only at the number itself", bets{own, confseq.Evidence{}}, value(own) / 2},
		{"few", bets{few, few}, 0},
	} {
		if got := math.Exp(tt.bets.logBelow(q)); math.Abs(got-tt.want) > 1e-9*tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	// Nothing bad in 200 blocks: a stake near 1/(1-q) wins -ln(1-q) a block.
	if got, most := (&bets{blocksOf(200, 0), confseq.Evidence{}}).logBelow(q), -200*math.Log1p(-q); got > most || got < most-3 {
		t.Errorf("200 blocks without any bad win %v, want a little less than %v", got, most)
	}
}

// The upper bound is the smallest share that is ruled out.
func TestBetsBound(t *testing.T) {
	for _, b := range []bets{{blocksOf(60, 0), blocksOf(150, 1)}, {blocksOf(200, 0), confseq.Evidence{}}, {blocksOf(30, 10), blocksOf(30, 10)}} {
		const threshold = 5
		u := b.upper(threshold)
		if at, below := b.logBelow(u+1e-6), b.logBelow(u-1e-3); u < 1 && (at < threshold || below >= threshold) {
			t.Errorf("%v: log e-values of %v there and %v below it", u, at, below)
		}
		if u <= b.own.Share() || u == 1 {
			t.Errorf("an upper bound of %v for a share of %v", u, b.own.Share())
		}
	}
	if u := (&bets{blocksOf(5, 0), blocksOf(5, 0)}).upper(5); u != 1 {
		t.Errorf("five blocks bound the share by %v", u)
	}
}

// The parts of the error rate come to no more than it, however many numbers a search wants
// to be sure of.
func TestErrorRateIsSpentOnce(t *testing.T) {
	for _, criteria := range []int{1, 2} {
		all := 0.0
		for i := range 60 {
			all += math.Exp(-needed(0.01, search.Pass, i, criteria))
			all += float64(criteria) * math.Exp(-needed(0.01, search.Fail, i, criteria))
		}
		// 1/(1·2) + 1/(2·3) + ... + 1/(60·61) = 1 - 1/61.
		if want := 0.01 * 60 / 61; math.Abs(all-want) > 1e-12 {
			t.Errorf("%d criteria spend %v, want %v", criteria, all, want)
		}
	}
}
