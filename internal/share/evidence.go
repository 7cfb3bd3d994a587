package share

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// A Block is what began in one stretch of time: N requests, K of them bad.
type Block struct{ N, K float64 }

// MarshalJSON encodes a block as [N, K].
func (b Block) MarshalJSON() ([]byte, error) { return json.Marshal([2]float64{b.N, b.K}) }

// UnmarshalJSON decodes what MarshalJSON encodes.
func (b *Block) UnmarshalJSON(text []byte) error {
	var pair [2]float64
	err := json.Unmarshal(text, &pair)
	b.N, b.K = pair[0], pair[1]
	return err
}

// A Sum holds what is needed of clusters of one kind.
type Sum struct {
	// Clusters is their number, Bad and Good that of those with a bad and with
	// a good request.
	Clusters int `json:"clusters"`
	Bad      int `json:"with_bad"`
	Good     int `json:"with_good"`
	// NN, NK and KK are sums over clusters: of the square of requests, of
	// requests times bad ones, of the square of bad ones.
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

// about returns the sum of the squares of bad - p*requests.
func (s *Sum) about(p float64) float64 { return s.KK - 2*p*s.NK + p*p*s.NN }

// Evidence is a sample in what matters of it. The zero Evidence is that of no
// requests. It encodes to JSON and back.
type Evidence struct {
	Blocks []Block `json:"blocks"`
	Plays  Sum     `json:"plays"`
	Cells  Sum     `json:"cells"` // parts of a play in a block
	// Starts says of each phase after the first with which block it begins.
	Starts []int `json:"starts,omitempty"`
}

// Validate reports what no sample can have amounted to: evidence may come from a file.
func (e *Evidence) Validate() error {
	n, k := 0.0, 0.0
	for i, b := range e.Blocks {
		if !(b.N >= 1 && b.N <= most && b.K >= 0 && b.K <= b.N) {
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

// most is more requests than a block can hold.
const most = 1e9

// Join adds the evidence of another sample, with other blocks and plays.
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

// Later returns the observed share in the later half of the blocks. Something that
// wears off, such as a cold cache, is less in it.
func (e *Evidence) Later() float64 {
	late := Evidence{Blocks: e.Blocks[len(e.Blocks)/2:]}
	return late.Share()
}

// MinClusters is the least number of blocks on which anything is decided.
const MinClusters = 10

// Enough reports whether there are so many.
func (e *Evidence) Enough() bool { return len(e.Blocks) >= MinClusters }

// A Sample collects requests. The zero Sample is empty and ready. It is not safe for
// concurrent use.
type Sample struct {
	evidence Evidence // but for the blocks
	blocks   map[int64]Block
	plays    map[int]Block
	cells    map[cell]Block
}

type cell struct {
	block int64
	play  int
}

// Add adds a request that began in a block of time, numbered in its order, and
// belongs to a play.
func (s *Sample) Add(block int64, play int, bad bool) {
	if s.blocks == nil {
		s.blocks, s.plays, s.cells = make(map[int64]Block), make(map[int]Block), make(map[cell]Block)
	}
	s.blocks[block] = s.blocks[block].grow(bad)
	s.plays[play] = s.evidence.Plays.grow(s.plays[play], bad)
	at := cell{block, play}
	s.cells[at] = s.evidence.Cells.grow(s.cells[at], bad)
}

// Evidence returns what the sample amounts to.
func (s *Sample) Evidence() Evidence {
	e := s.evidence
	for _, i := range slices.Sorted(maps.Keys(s.blocks)) {
		e.Blocks = append(e.Blocks, s.blocks[i])
	}
	return e
}

// grow adds a request.
func (b Block) grow(bad bool) Block {
	b.N++
	if bad {
		b.K++
	}
	return b
}

// grow adds a request to a cluster and to the sums.
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
