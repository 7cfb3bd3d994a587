package share

import (
	"encoding/json"
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
}

// Join adds the evidence of another sample, with other blocks and plays.
func (e *Evidence) Join(o Evidence) {
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
