package confseq

import "math"

const (
	// warmUp is the number of blocks at the start of a phase that are left out of the
	// autocorrelation. 18 blocks of 10 s are three times the longest time constant
	// (60 s) of the drift in TestSimulatedSearches, with which it was introduced: a
	// cold start makes neighbors alike once and does not come again.
	warmUp = 18
	// mergeAbove is the autocorrelation above which neighboring blocks are merged.
	// It came with TestCoverage, whose rows of 10 s and 30 s spells show what it
	// achieves; no other value is recorded to have been tried.
	mergeAbove = 0.3
	// intraclass is the correlation assumed within a play until enough plays have
	// shown theirs. TestCoverage holds with true values of 0.05, 0.2 and 0.5;
	// TestSimulatedSearches draws 0 to 0.15. Set by hand.
	intraclass = 0.1
	// trust is the number of plays with bad requests (or with good ones, if those are
	// fewer) at which the measured variance weighs as much as the assumed one. Set by
	// hand and checked by the rows "plays" of TestCoverage.
	trust = 6
	// minPlays is the number of plays below which their variance cannot be estimated,
	// so that each counts as one observation, all good or all bad. The same 10 as
	// MinBlocks; with 4 agents, TestCoverage still
	// misses about 3 % at some look.
	minPlays = 10
)

// merged returns all blocks, and those that steady returns, merged in pairs while
// neighbors are correlated.
func (e *Evidence) merged() (blocks, steady []Block) {
	blocks, steady = e.Blocks, e.steady()
	for len(steady) >= 2*MinBlocks && autocorrelation(steady) > mergeAbove {
		blocks, steady = pairs(blocks), pairs(steady)
	}
	return blocks, steady
}

// steady returns the blocks without the first warmUp of each phase, or all blocks if
// that leaves fewer than 2*MinBlocks.
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
	if len(blocks) < 2*MinBlocks {
		return e.Blocks
	}
	return blocks
}

// pairs merges each two neighbors; an odd last block stays alone.
func pairs(blocks []Block) []Block {
	pairs := make([]Block, (len(blocks)+1)/2)
	for i, b := range blocks {
		pairs[i/2].N += b.N
		pairs[i/2].K += b.K
	}
	return pairs
}

// autocorrelation returns the lag-1 autocorrelation of the blocks' residuals, 0 if all
// are 0.
func autocorrelation(blocks []Block) float64 {
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

// designEffect returns the variance inflation: the variance of the number of bad
// requests over the one that bets on blocks account for. unseen is the variance of a
// request if the share were q in spite of the one observed, as far as a block explains
// it; doubt is the number of standard errors added to the autocorrelation.
func (e *Evidence) designEffect(q, unseen, doubt float64, blocks, steady []Block) float64 {
	n, p := 0.0, e.Share()
	squares, seen := 0.0, 0.0
	for _, b := range blocks {
		n += b.N
		squares += b.N * b.N
		seen += (b.K - p*b.N) * (b.K - p*b.N)
	}
	one := q * (1 - q) // the largest variance of one request
	known := max(min(seen+unseen*squares, one*squares), one*n)
	lag := max(0, autocorrelation(steady)+doubt/math.Sqrt(float64(len(blocks))))
	return 1 + 2*lag + e.betweenPlays(p, one, n)/known
}

// betweenPlays returns the between-cluster variance of plays: what they add to the
// variance of n independent requests, each of variance one, at an observed share p.
func (e *Evidence) betweenPlays(p, one, n float64) float64 {
	j := float64(e.Plays.Clusters)
	if j < minPlays {
		return one * max(0, e.Plays.NN-n)
	}
	assumed := one * intraclass * max(0, e.Plays.NN-n)
	seen := max(0, e.Plays.squaresAbout(p)*j/(j-1)-e.Cells.squaresAbout(p))
	mixed := float64(min(e.Plays.Bad, e.Plays.Good))
	if v := p * (1 - p); v > 0 {
		// Rescaled to the share tested, and two standard errors higher: the
		// estimate is lowest where bad plays happen to be missing.
		seen *= max(1, one/v) * (1 + 2/math.Sqrt(max(1, mixed)))
	}
	weight := mixed / (mixed + trust)
	return weight*seen + (1-weight)*assumed
}
