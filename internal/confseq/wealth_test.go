package confseq

import (
	"math"
	"math/rand/v2"
	"testing"
)

// alikeBlocks returns evidence of blocks of n requests, each of a play of its own,
// which are all bad or all good.
func alikeBlocks(blocks, n int, bad bool) Evidence {
	var s Sample
	for b := range blocks {
		for range n {
			s.Add(int64(b), b, bad)
		}
	}
	return s.Evidence()
}

// playsAdd is what one play in each block may add to n*n for every block, while they
// have not shown how they differ: nothing but for a tenth, or all if they are few.
func playsAdd(blocks, n int) float64 {
	if blocks < 10 {
		return 1 - 1/float64(n)
	}
	return 0.1 * (1 - 1/float64(n))
}

// TestBelowByHand bets on good blocks. A unit on the stake s grows by 1 + s*q/(1-q)
// with each: nine tenths of all are on s = 0.99, the rest on less than 1.
func TestBelowByHand(t *testing.T) {
	for _, q := range []float64{0.25, 0.05, 0.001} {
		for _, blocks := range []int{1, 9, 10, 50, 180} {
			for _, n := range []int{1, 10, 100} {
				e := alikeBlocks(blocks, n, false)
				got := e.LogEBelow(q) * (1 + playsAdd(blocks, n))
				large := 0.9 * math.Pow(1+0.99*q/(1-q), float64(blocks))
				rest := 0.1 * math.Pow(1+q/(1-q), float64(blocks)) // at the most
				if low, high := math.Log(large+0.1), math.Log(large+rest); got < low || got > high {
					t.Errorf("q %v, %d good blocks of %d: %v, want %v to %v", q, blocks, n, got, low, high)
				}
			}
		}
	}
}

// TestAboveByHand bets on bad blocks. A unit on the stake s grows by 1 + s*(1-q)/q with
// each; 1 in 24 is on the largest, which is almost 1. The autocorrelation
// is taken one standard error higher, 1/sqrt(blocks).
func TestAboveByHand(t *testing.T) {
	for _, q := range []float64{0.25, 0.05, 0.001} {
		for _, blocks := range []int{1, 10, 50} {
			for _, n := range []int{1, 10, 100} {
				e := alikeBlocks(blocks, n, true)
				got := e.LogEAbove(q) * (1 + 2/math.Sqrt(float64(blocks)) + playsAdd(blocks, n))
				s := math.Pow(math.Sin(23.5/24*math.Pi/2), 2)
				low := float64(blocks)*math.Log(1+s*(1-q)/q) - math.Log(24)
				if high := float64(blocks) * math.Log(1/q); got < low || got > high {
					t.Errorf("q %v, %d bad blocks of %d: %v, want %v to %v", q, blocks, n, got, low, high)
				}
			}
		}
	}
}

// TestNoEvidence asks against the observed share: what is seen is no evidence that it
// is another.
func TestNoEvidence(t *testing.T) {
	for i, e := range evidences() {
		p := e.Share()
		if p == 0 || p == 1 {
			continue
		}
		if below, above := e.LogEBelow(p), e.LogEAbove(p); below > 0.1 || above > 1e-9 {
			t.Errorf("evidence %d: below its own share %v, above %v", i, below, above)
		}
	}
}

// TestOrder shuffles blocks. The bets do not notice, so that neither does the evidence
// where no neighbors are alike in either order.
func TestOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var s Sample
	both.world(16, 0.25).sample(&s, 1, 15*blockSeconds, 0)
	e := s.Evidence()
	first, n := [2]float64{}, 0
	for range 1000 {
		rng.Shuffle(len(e.Blocks), func(i, j int) { e.Blocks[i], e.Blocks[j] = e.Blocks[j], e.Blocks[i] })
		if autocorrelation(e.Blocks) > -1/math.Sqrt(float64(len(e.Blocks))) {
			continue
		}
		now := [2]float64{e.LogEBelow(0.6), e.LogEAbove(0.05)}
		if n == 0 {
			first = now
		}
		n++
		if math.Abs(now[0]-first[0]) > 1e-9 || math.Abs(now[1]-first[1]) > 1e-9 {
			t.Fatalf("evidence %v in one order, %v in another", first, now)
		}
	}
	if n < 10 {
		t.Errorf("%d orders without alike neighbors, want 10 or more", n)
	}
}

// TestMerged puts blocks together as long as neighbors are alike, and leaves at least
// MinBlocks.
func TestMerged(t *testing.T) {
	for _, tc := range []struct{ blocks, run, want int }{
		{19, 4, 19},  // too few
		{64, 1, 64},  // bad and good in turn
		{64, 4, 32},  // two bad and two good in turn are not alike
		{64, 16, 16}, // alike still, which the design effect has to carry
	} {
		var e Evidence
		for i := range tc.blocks {
			e.Blocks = append(e.Blocks, Block{10, float64(10 * (i / tc.run % 2))})
		}
		got, _ := e.merged()
		if len(got) != tc.want {
			t.Errorf("%d blocks that change each %d: %d are left, want %d", tc.blocks, tc.run, len(got), tc.want)
		}
		after := Evidence{Blocks: got}
		if after.Share() != e.Share() {
			t.Errorf("share %v, %v when put together", e.Share(), after.Share())
		}
	}
}

// BenchmarkLook is what the judgment of a limit costs at the end of half an hour.
func BenchmarkLook(b *testing.B) {
	var s Sample
	spells.world(64, 0.25).sample(&s, 1, lastLook*blockSeconds, 0)
	e := s.Evidence()
	b.ReportAllocs()
	for b.Loop() {
		e.LogEBelow(0.25)
		e.LogEAbove(0.25)
	}
}
