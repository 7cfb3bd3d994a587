package confseq

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample adds so many seconds of a world to s. Blocks and plays are counted on from
// first.
func (w world) sample(s *Sample, seed uint64, seconds float64, first int) {
	w.run(rand.New(rand.NewPCG(seed, 0)), seconds, func(at float64, _, play int, bad bool) bool {
		s.Add(int64(first)+int64(at/blockSeconds), first+play, bad)
		return true
	})
}

// evidences are samples of several kinds.
func evidences() []Evidence {
	var all []Evidence
	for i, d := range []dependence{independent, weakSpells, longSpells, plays, both} {
		for j, share := range []float64{0.002, 0.05, 0.25, 0.9} {
			for k, blocks := range []float64{1, 12, 100} {
				var s Sample
				d.world(16, share).sample(&s, uint64(100*i+10*j+k), blocks*blockSeconds, 0)
				all = append(all, s.Evidence())
			}
		}
	}
	return all
}

// TestJoin compares two samples joined with one that holds the requests of both.
func TestJoin(t *testing.T) {
	var first, second, whole Sample
	a, b := both.world(16, 0.25), plays.world(8, 0.05)
	a.sample(&first, 1, 200, 0)
	b.sample(&second, 2, 300, 1000)
	a.sample(&whole, 1, 200, 0)
	b.sample(&whole, 2, 300, 1000)
	got := first.Evidence()
	got.Join(second.Evidence())
	want := whole.Evidence()
	want.Starts = []int{20}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-at once +joined:\n%s", diff)
	}
	var zero Evidence
	zero.Join(got)
	zero.Join(Evidence{})
	if diff := cmp.Diff(got, zero); diff != "" {
		t.Errorf("joined with nothing (-want +got):\n%s", diff)
	}
}

// TestJoinCopies joins one sample with two others: neither may see the other's blocks.
func TestJoinCopies(t *testing.T) {
	base := Evidence{Blocks: append(make([]Block, 0, 8), Block{10, 0})}
	left, right := base, base
	left.Join(Evidence{Blocks: []Block{{10, 1}}})
	right.Join(Evidence{Blocks: []Block{{10, 2}}})
	if got := left.Blocks[1].K; got != 1 {
		t.Errorf("left has %v bad, want 1", got)
	}
}

func TestJSON(t *testing.T) {
	for _, want := range append(evidences(), Evidence{}) {
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Evidence
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if got.LogEBelow(0.25) != want.LogEBelow(0.25) || got.LogEAbove(0.25) != want.LogEAbove(0.25) {
			t.Errorf("%s: the evidence is another one once read", data)
		}
	}
}

// TestLaterRequests adds to a sample: what was said of it before stays.
func TestLaterRequests(t *testing.T) {
	var s Sample
	s.Add(3, 1, false)
	e := s.Evidence()
	s.Add(3, 1, true)
	s.Add(2, 1, true)
	if diff := cmp.Diff([]Block{{1, 0}}, e.Blocks); diff != "" {
		t.Errorf("earlier evidence (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Block{{1, 1}, {2, 1}}, s.Evidence().Blocks); diff != "" {
		t.Errorf("blocks in the order of time (-want +got):\n%s", diff)
	}
}

func TestZero(t *testing.T) {
	var e Evidence
	if e.Enough() || e.Share() != 0 || e.Later() != 0 || e.Effective() != 0 || e.LogEBelow(0.25) != 0 || e.LogEAbove(0.25) != 0 {
		t.Errorf("no requests: enough %v, share %v, later %v, effective %v, below %v, above %v",
			e.Enough(), e.Share(), e.Later(), e.Effective(), e.LogEBelow(0.25), e.LogEAbove(0.25))
	}
	if lower, upper := e.Bounds(level); lower != 0 || upper != 1 {
		t.Errorf("no requests: bounds %v, %v", lower, upper)
	}
	var s Sample
	if diff := cmp.Diff(e, s.Evidence()); diff != "" {
		t.Errorf("an empty sample:\n%s", diff)
	}
}

// TestEnough: nothing bad in 9 blocks decides nothing, however many requests.
func TestEnough(t *testing.T) {
	for blocks, want := range map[int]bool{1: false, 9: false, 10: true} {
		e := alikeBlocks(blocks, 1000, false)
		if got := e.Enough(); got != want {
			t.Errorf("%d blocks: enough %v, want %v", blocks, got, want)
		}
	}
}

// TestSums counts two blocks and two plays by hand.
func TestSums(t *testing.T) {
	var s Sample
	for _, r := range []struct {
		block int64
		play  int
		bad   bool
	}{{7, 1, true}, {7, 1, true}, {7, 2, false}, {9, 1, false}, {9, 2, false}, {7, 2, false}} {
		s.Add(r.block, r.play, r.bad)
	}
	want := Evidence{
		Blocks: []Block{{4, 2}, {2, 0}},
		Plays:  Sum{Clusters: 2, Bad: 1, Good: 2, NN: 9 + 9, NK: 3 * 2, KK: 4},
		Cells:  Sum{Clusters: 4, Bad: 1, Good: 3, NN: 4 + 4 + 1 + 1, NK: 2 * 2, KK: 4},
	}
	got := s.Evidence()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got.Share() != 2.0/6 || got.Later() != 0 {
		t.Errorf("share %v, later %v, want 1/3, 0", got.Share(), got.Later())
	}
	if got, want := got.Plays.squaresAbout(0.5), 0.25+2.25; math.Abs(got-want) > 1e-12 {
		t.Errorf("plays about a half: %v, want %v", got, want)
	}
}

func TestValidate(t *testing.T) {
	var s Sample
	both.world(16, 0.25).sample(&s, 1, 300, 0)
	good := s.Evidence()
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	more := good
	more.Join(good)
	if err := errors.Join(more.Validate(), new(Evidence).Validate()); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(e *Evidence){
		"negative":          func(e *Evidence) { e.Blocks[1].K = -1 },
		"more bad than all": func(e *Evidence) { e.Blocks[1].K = e.Blocks[1].N + 1 },
		"no number":         func(e *Evidence) { e.Blocks[0].N = math.NaN() },
		"without plays":     func(e *Evidence) { e.Plays = Sum{} },
		"few squares":       func(e *Evidence) { e.Plays.NN = 1 },
		"many squares":      func(e *Evidence) { e.Cells.KK = 1e300 },
		"start beyond":      func(e *Evidence) { e.Starts = []int{len(e.Blocks)} },
		"start twice":       func(e *Evidence) { e.Starts = []int{3, 3} },
	} {
		e := good
		e.Blocks = slices.Clone(good.Blocks)
		if spoil(&e); e.Validate() == nil {
			t.Errorf("%s: nothing is wrong", name)
		}
	}
}
