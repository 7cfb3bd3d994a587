package decide

import (
	"math"

	"github.com/agentperf/agentperf-go/internal/confseq"
)

// bets are those on blocks of time at one number of agents, and at that number or more.
type bets struct{ own, more confseq.Evidence }

// logBelow returns the log e-value for the share being less than q: that of the mean of the
// two e-values. Fewer than [confseq.MinBlocks] blocks say nothing.
func (b *bets) logBelow(q float64) float64 {
	log := math.Inf(-1)
	if b.own.Enough() {
		log = b.own.LogEBelow(q)
	}
	if b.more.Enough() {
		log = logAdd(log, b.more.LogEBelow(q))
	}
	return log - math.Ln2
}

// upper returns the largest share that is not ruled out at a threshold.
func (b *bets) upper(threshold float64) float64 {
	low, high := b.own.Share(), 1.0
	if b.logBelow(0.999) < threshold {
		return 1
	}
	for range 25 {
		if mid := (low + high) / 2; b.logBelow(mid) >= threshold {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}
