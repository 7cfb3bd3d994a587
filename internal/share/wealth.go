package share

import "math"

// Below returns the logarithm of the evidence that the share is less than q, which
// is between 0 and 1 and neither: it comes to log(1/a), however often one looks, with a
// probability of at most a if the share is q or more.
//
// What blocks hold beyond the mean is left out in proportion, since the stake must be
// covered should all of them be bad. That raises the share seen, as slow moments have
// fewer requests.
func (e *Evidence) Below(q float64) float64 {
	n, k := e.Counts()
	if n == 0 {
		return 0
	}
	blocks, steady := e.merged()
	m := n / float64(len(blocks))
	log := bet(1/(1-q), 0.9, func(stake float64) (log float64) {
		for _, b := range blocks {
			log += math.Log1p(stake * (q*b.N - b.K) / max(m, b.N))
		}
		return log
	})
	return log / e.divisor(q, max(0, q-k/n)*(1-q), 0, blocks, steady)
}

// Above returns the logarithm of the evidence that the share is more than q.
//
// Its stakes are larger, the more so the smaller q, and so is what one bad moment in
// the first blocks would win: the likeness of neighbours is taken to be what few blocks
// might hide.
func (e *Evidence) Above(q float64) float64 {
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
	return log / e.divisor(q, max(0, k/n-q)*q, 1, blocks, steady)
}

// stakes is their number in a mixture.
const stakes = 24

// bet returns the logarithm of the mean wealth over stakes from 0 to most, with more
// of them near both ends (the arcsine weight), and a part of all on the largest.
func bet(most, part float64, wealth func(stake float64) float64) float64 {
	var logs [stakes + 1]float64
	for i := range stakes {
		s := math.Sin((float64(i) + 0.5) / stakes * math.Pi / 2)
		logs[i] = wealth(most*s*s) + math.Log((1-part)/stakes)
	}
	logs[stakes] = math.Inf(-1)
	if part > 0 {
		logs[stakes] = wealth(0.99*most) + math.Log(part)
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

const (
	// warmUp is for how many blocks of a phase its start may be felt.
	warmUp = 18
	// alike is the correlation of neighbouring blocks above which they are put
	// together.
	alike = 0.3
	// intraClass is the correlation assumed within a play, as long as bad and
	// good requests were seen in few plays compared with trust.
	intraClass = 0.1
	trust      = 6
	// fewPlays are too few to show how they differ: each counts as one
	// observation, all good or all bad.
	fewPlays = 10
)

// merged returns the blocks, put together while neighbours are alike.
func (e *Evidence) merged() (blocks, steady []Block) {
	blocks, steady = e.Blocks, e.steady()
	for len(steady) >= 2*MinClusters && likeness(steady) > alike {
		blocks, steady = pairs(blocks), pairs(steady)
	}
	return blocks, steady
}

// steady returns the blocks without the first ones of each phase, if there are enough
// of them: what wears off makes neighbours alike, but does not come again.
func (e *Evidence) steady() (blocks []Block) {
	from := 0
	for i := range len(e.Starts) + 1 {
		to := len(e.Blocks)
		if i < len(e.Starts) {
			to = e.Starts[i]
		}
		blocks = append(blocks, e.Blocks[min(to, from+warmUp):to]...)
		from = to
	}
	if len(blocks) < 2*MinClusters {
		return e.Blocks
	}
	return blocks
}

func pairs(blocks []Block) []Block {
	pairs := make([]Block, (len(blocks)+1)/2)
	for i, b := range blocks {
		pairs[i/2].N += b.N
		pairs[i/2].K += b.K
	}
	return pairs
}

// likeness returns the correlation of neighbouring blocks.
func likeness(blocks []Block) float64 {
	p := (&Evidence{Blocks: blocks}).Share()
	common, all, last := 0.0, 0.0, 0.0
	for _, b := range blocks {
		r := b.K - p*b.N
		all += r * r
		common += r * last
		last = r
	}
	if all == 0 {
		return 0
	}
	return common / all
}

// divisor returns the ratio of the variance that there is to the one which bets on
// blocks know of. unseen is the variance of one request in a block with which the
// share would be q although another was observed; doubt is by how many standard errors
// the likeness of neighbours may be more than it seems.
func (e *Evidence) divisor(q, unseen, doubt float64, blocks, steady []Block) float64 {
	n, p := 0.0, e.Share()
	squares, seen := 0.0, 0.0
	for _, b := range blocks {
		n += b.N
		squares += b.N * b.N
		seen += (b.K - p*b.N) * (b.K - p*b.N)
	}
	one := q * (1 - q) // the most that one request varies
	known := max(min(seen+unseen*squares, one*squares), one*n)
	lag := max(0, likeness(steady)+doubt/math.Sqrt(float64(len(blocks))))
	return 1 + 2*lag + e.ofPlays(p, one, n)/known
}

// ofPlays returns the variance that plays add to that of independent requests.
func (e *Evidence) ofPlays(p, one, n float64) float64 {
	j := float64(e.Plays.Clusters)
	if j < fewPlays {
		return one * max(0, e.Plays.NN-n)
	}
	assumed := one * intraClass * max(0, e.Plays.NN-n)
	seen := max(0, e.Plays.about(p)*j/(j-1)-e.Cells.about(p))
	mixed := float64(min(e.Plays.Bad, e.Plays.Good))
	if v := p * (1 - p); v > 0 {
		// As much likeness with the share that is tested, and two standard errors
		// more of it: it is least where plays that are bad happen to be missing.
		seen *= max(1, one/v) * (1 + 2/math.Sqrt(max(1, mixed)))
	}
	weight := mixed / (mixed + trust)
	return weight*seen + (1-weight)*assumed
}
