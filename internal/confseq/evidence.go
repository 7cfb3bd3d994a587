package confseq

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// A Block counts the requests that began in one stretch of time: N, of which K were bad.
type Block struct{ N, K float64 }

// MarshalJSON encodes a block as [N, K].
func (b Block) MarshalJSON() ([]byte, error) { return json.Marshal([2]float64{b.N, b.K}) }

// UnmarshalJSON decodes [N, K].
func (b *Block) UnmarshalJSON(text []byte) error {
	var pair [2]float64
	err := json.Unmarshal(text, &pair)
	b.N, b.K = pair[0], pair[1]
	return err
}

// A Sum holds the sufficient statistics of one kind of cluster.
type Sum struct {
	// Clusters is the number of clusters; Bad and Good count those with at least one
	// bad and at least one good request.
	Clusters int `json:"clusters"`
	Bad      int `json:"with_bad"`
	Good     int `json:"with_good"`
	// NN, NK and KK are the sums over clusters of n*n, n*k and k*k, for n requests,
	// k of them bad.
	NN float64 `json:"nn"`
	NK float64 `json:"nk"`
	KK float64 `json:"kk"`
}

func (s *Sum) add(o Sum) {
	s.Clusters += o.Clusters
	s.Bad += o.Bad
	s.Good += o.Good
	s.NN += o.NN
	s.NK += o.NK
	s.KK += o.KK
}

// squaresAbout returns the sum over clusters of (k - p*n) squared.
func (s *Sum) squaresAbout(p float64) float64 { return s.KK - 2*p*s.NK + p*p*s.NN }

// Evidence holds the sufficient statistics of a sample. The zero Evidence is that of an
// empty sample. It encodes to JSON without loss.
type Evidence struct {
	Blocks []Block `json:"blocks"`
	Plays  Sum     `json:"plays"`
	Cells  Sum     `json:"cells"` // a play's requests within one block
	// Starts holds the index of the first block of each phase but the first.
	Starts []int `json:"starts,omitempty"`
}

// Validate reports numbers that no sample can have: evidence may come from a file.
func (e *Evidence) Validate() error {
	n, k := 0.0, 0.0
	for i, b := range e.Blocks {
		if !(b.N >= 1 && b.N <= maxRequests && b.K >= 0 && b.K <= b.N) {
			return fmt.Errorf("block %d has %v requests, %v of them bad", i, b.N, b.K)
		}
		n, k = n+b.N, k+b.K
	}
	for _, s := range []struct {
		name string
		Sum
	}{{"plays", e.Plays}, {"cells", e.Cells}} {
		// Sums of squares lie between those of as many equal clusters and of one.
		if s.Clusters < 0 || s.Bad < 0 || s.Good < 0 || s.Bad > s.Clusters || s.Good > s.Clusters || (s.Clusters == 0) != (n == 0) ||
			!(s.NN >= n && s.NN <= n*n) || !(s.NK >= k && s.NK <= n*k) || !(s.KK >= k && s.KK <= k*k) {
			return fmt.Errorf("%s do not add up to %v requests, %v of them bad: %+v", s.name, n, k, s.Sum)
		}
	}
	last := 0
	for _, at := range e.Starts {
		if at <= last || at >= len(e.Blocks) {
			return fmt.Errorf("a phase begins at block %d of %d", at, len(e.Blocks))
		}
		last = at
	}
	return nil
}

// maxRequests is more than any block can hold; it keeps sums of squares finite.
const maxRequests = 1e9

// Join adds the evidence of another phase, whose blocks and plays are all different ones.
func (e *Evidence) Join(o Evidence) {
	if at := len(e.Blocks); at > 0 && len(o.Blocks) > 0 {
		e.Starts = append(e.Starts[:len(e.Starts):len(e.Starts)], at)
		for _, i := range o.Starts {
			e.Starts = append(e.Starts, at+i)
		}
	} else if at == 0 {
		e.Starts = o.Starts
	}
	e.Blocks = append(e.Blocks[:len(e.Blocks):len(e.Blocks)], o.Blocks...)
	e.Plays.add(o.Plays)
	e.Cells.add(o.Cells)
}

// Spread returns the evidence in blocks that are k times as long, for disturbances that last
// as long as that; k of 1 or less returns it as it is.
func (e *Evidence) Spread(k int) Evidence {
	if k <= 1 {
		return *e
	}
	longer := *e
	longer.Starts = nil
	longer.Blocks = make([]Block, 0, len(e.Blocks)/k+1)
	for i, b := range e.Blocks {
		if i%k == 0 {
			longer.Blocks = append(longer.Blocks, Block{})
		}
		last := &longer.Blocks[len(longer.Blocks)-1]
		last.N, last.K = last.N+b.N, last.K+b.K
	}
	return longer
}

// Counts returns the number of requests and of bad ones.
func (e *Evidence) Counts() (requests, bad float64) {
	for _, b := range e.Blocks {
		requests += b.N
		bad += b.K
	}
	return requests, bad
}

// Share returns the observed share of bad requests; 0 without requests.
func (e *Evidence) Share() float64 {
	n, k := e.Counts()
	if n == 0 {
		return 0
	}
	return k / n
}

// Later returns the observed share in the second half of the blocks, which is less
// affected by what wears off, such as a cold cache.
func (e *Evidence) Later() float64 {
	late := Evidence{Blocks: e.Blocks[len(e.Blocks)/2:]}
	return late.Share()
}

// MinBlocks is the number of blocks below which nothing is decided, whatever the
// e-values: with fewer, the variance between blocks is a guess. TestCoverage first looks
// at 10 blocks, where its samples cover the nominal 99 %. Set by hand.
const MinBlocks = 10

// Enough reports whether there are at least MinBlocks blocks.
func (e *Evidence) Enough() bool { return len(e.Blocks) >= MinBlocks }

// A Sample collects requests. The zero Sample is empty and ready. It is not safe for
// concurrent use.
type Sample struct {
	evidence Evidence // all but the blocks
	blocks   map[int64]Block
	plays    map[int]Block
	cells    map[cell]Block
}

type cell struct {
	block int64
	play  int
}

// Add adds a request that began in the given block and belongs to the given play. Blocks
// are numbered in the order of time; requests may be added in any order.
func (s *Sample) Add(block int64, play int, bad bool) {
	if s.blocks == nil {
		s.blocks, s.plays, s.cells = make(map[int64]Block), make(map[int]Block), make(map[cell]Block)
	}
	s.blocks[block] = s.blocks[block].grow(bad)
	s.plays[play] = s.evidence.Plays.grow(s.plays[play], bad)
	at := cell{block, play}
	s.cells[at] = s.evidence.Cells.grow(s.cells[at], bad)
}

// Evidence returns the sufficient statistics of the requests added so far. It does not
// change when more are added.
func (s *Sample) Evidence() Evidence {
	e := s.evidence
	for _, i := range slices.Sorted(maps.Keys(s.blocks)) {
		e.Blocks = append(e.Blocks, s.blocks[i])
	}
	return e
}

// grow returns the block with one more request.
func (b Block) grow(bad bool) Block {
	b.N++
	if bad {
		b.K++
	}
	return b
}

// grow returns the cluster with one more request and updates the sums.
func (s *Sum) grow(old Block, bad bool) Block {
	now := old.grow(bad)
	if old.N == 0 {
		s.Clusters++
	}
	if bad && old.K == 0 {
		s.Bad++
	}
	if !bad && old.K == old.N {
		s.Good++
	}
	s.NN += now.N*now.N - old.N*old.N
	s.NK += now.N*now.K - old.N*old.K
	s.KK += now.K*now.K - old.K*old.K
	return now
}
