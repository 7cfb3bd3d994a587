package confseq

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Blocks that are k times as long hold the same requests; what is known of plays stays, and
// the evidence that they were made from too.
func TestSpread(t *testing.T) {
	var s Sample
	for block := range 7 {
		for i := range block + 1 {
			s.Add(int64(block), i, i == 0 && block%2 == 1)
		}
	}
	e := s.Evidence()
	var both Evidence
	both.Join(e)
	both.Join(e)
	for _, tt := range []struct {
		k    int
		of   Evidence
		want []Block
	}{
		{-1, e, e.Blocks}, {1, e, e.Blocks},
		{2, e, []Block{{3, 1}, {7, 1}, {11, 1}, {7, 0}}},
		{3, e, []Block{{6, 1}, {15, 2}, {7, 0}}},
		{100, e, []Block{{28, 3}}},
		{5, Evidence{}, []Block{}},
		{7, both, []Block{{28, 3}, {28, 3}}},
	} {
		before := cmp.Diff(both, tt.of)
		got := tt.of.Spread(tt.k)
		if d := cmp.Diff(tt.want, got.Blocks); d != "" {
			t.Errorf("%d (-want +got)\n%s", tt.k, d)
		}
		if got.Plays != tt.of.Plays || cmp.Diff(both, tt.of) != before {
			t.Errorf("%d: %+v", tt.k, got)
		}
		if err := got.Validate(); err != nil {
			t.Errorf("%d: %v", tt.k, err)
		}
		n, k := tt.of.Counts()
		if m, j := got.Counts(); m != n || j != k {
			t.Errorf("%d: %v of %v, want %v of %v", tt.k, j, m, k, n)
		}
	}
}

// Four spells of six blocks each are findings of 24 blocks, or of four as long as a spell: then
// they leave less to be sure of.
func TestSpreadKnowsSpells(t *testing.T) {
	var s Sample
	for i := range 240 {
		for k := range 5 {
			s.Add(int64(i), 5*i+k, i%60 < 6)
		}
	}
	e := s.Evidence()
	short, long := e, e.Spread(6)
	if a, b := short.LogEBelow(0.3), long.LogEBelow(0.3); a <= 0 || b <= 0 || b >= a {
		t.Errorf("log e-values of %v, and of %v in longer blocks", a, b)
	}
}
