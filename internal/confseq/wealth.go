package confseq

import "math"

// LogEBelow returns the log e-value for the share being less than q, 0 < q < 1. If the
// share is q or more, it ever reaches log(1/a) with probability at most a, however
// often it is looked at. It is 0 without requests.
//
// A block larger than the mean is scaled down to it, because the stake must survive the
// block turning out all bad. That raises the share seen, since slow moments have fewer
// requests, and so it errs against "below".
func (e *Evidence) LogEBelow(q float64) float64 {
	n, k := e.Counts()
	if n == 0 {
		return 0
	}
	blocks, steady := e.merged()
	m := n / float64(len(blocks))
	log := bet(1/(1-q), largestPart, func(stake float64) (log float64) {
		for _, b := range blocks {
			log += math.Log1p(stake * (q*b.N - b.K) / max(m, b.N))
		}
		return log
	})
	return log / e.designEffect(q, max(0, q-k/n)*(1-q), 0, blocks, steady)
}

// LogEAbove returns the log e-value for the share being more than q, 0 < q < 1: the
// counterpart of LogEBelow.
//
// The smaller q, the larger its stakes, and the more a single bad moment in the first
// blocks would win. The autocorrelation of the blocks is therefore taken one standard
// error higher than measured, which is what few blocks might hide.
func (e *Evidence) LogEAbove(q float64) float64 {
	n, k := e.Counts()
	if n == 0 {
		return 0
	}
	blocks, steady := e.merged()
	m := 0.0
	for _, b := range blocks {
		m = max(m, b.N)
	}
	log := bet(1/q, 0, func(stake float64) (log float64) {
		for _, b := range blocks {
			log += math.Log1p(stake * (b.K - q*b.N) / m)
		}
		return log
	})
	return log / e.designEffect(q, max(0, k/n-q)*q, 1, blocks, steady)
}

const (
	// stakes is the number of stakes in the mixture. The best one of them costs
	// log(stakes) = 3.2 of its log wealth at most. Set by hand; no simulation is
	// recorded to have chosen it.
	stakes = 24
	// largestPart is the part of the mixture on the largest stake when betting on a
	// small share, and largestStake that stake, relative to the one that a single
	// all-bad block would ruin. With nothing bad the largest stake grows fastest, and
	// proving "at most 5 %" is where most measuring time goes. TestSimulatedSearches
	// (2,000 searches) chose them over 0.5 and 0.98.
	largestPart  = 0.9
	largestStake = 0.99
)

// bet returns the log of the mean wealth over a mixture of stakes from 0 to most. The
// part largest is on largestStake; the rest follows the arcsine distribution, which is
// dense near both ends.
func bet(most, largest float64, wealth func(stake float64) float64) float64 {
	var logs [stakes + 1]float64
	for i := range stakes {
		s := math.Sin((float64(i) + 0.5) / stakes * math.Pi / 2)
		logs[i] = wealth(most*s*s) + math.Log((1-largest)/stakes)
	}
	logs[stakes] = math.Inf(-1)
	if largest > 0 {
		logs[stakes] = wealth(largestStake*most) + math.Log(largest)
	}
	top := logs[0]
	for _, l := range logs {
		top = max(top, l)
	}
	sum := 0.0
	for _, l := range logs {
		sum += math.Exp(l - top)
	}
	return top + math.Log(sum)
}
