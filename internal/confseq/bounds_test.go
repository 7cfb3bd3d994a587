package confseq

import (
	"math"
	"testing"
)

// TestBounds checks that the interval is what the evidence says: it holds the share, it
// grows with the confidence asked for, and limits outside of it are those that are
// decided.
func TestBounds(t *testing.T) {
	for i, e := range evidences() {
		low, high := e.Share(), e.Share()
		for _, a := range []float64{0.1, 0.05, level, 0.001} {
			lower, upper := e.Bounds(a)
			if !(0 <= lower && lower <= low && high <= upper && upper <= 1) {
				t.Errorf("evidence %d: %v to %v at %v, within %v to %v", i, lower, upper, a, low, high)
			}
			low, high = lower, upper
			if got, want := e.LogEBelow(upper), math.Log(1/a); upper < 1 && math.Abs(got-want) > 1e-3 {
				t.Errorf("evidence %d: below its upper end %v at %v, want %v", i, got, a, want)
			}
			if got, want := e.LogEAbove(lower), math.Log(1/a); lower > 0 && math.Abs(got-want) > 1e-3 {
				t.Errorf("evidence %d: above its lower end %v at %v, want %v", i, got, a, want)
			}
		}
		lower, upper := e.Bounds(level)
		for q := 0.01; q < 1; q += 0.01 {
			if below, above := e.LogEBelow(q) >= threshold, e.LogEAbove(q) >= threshold; below != (q >= upper) || above != (q <= lower) {
				t.Errorf("evidence %d: %v to %v, but below %v is %v, above %v", i, lower, upper, q, below, above)
			}
		}
	}
}

// TestExtremes asks for numbers where there is little or much to divide by.
func TestExtremes(t *testing.T) {
	big := alikeBlocks(20, 10, false)
	for i := range big.Blocks {
		big.Blocks[i] = Block{1e9, float64(i%3) * 1e8}
	}
	big.Plays.NN, big.Plays.NK, big.Plays.KK = 20e18, 2e18, 4e17
	big.Cells = big.Plays
	for name, e := range map[string]Evidence{
		"one good": alikeBlocks(1, 1, false),
		"one bad":  alikeBlocks(1, 1, true),
		"all bad":  alikeBlocks(180, 100, true),
		"all good": alikeBlocks(180, 100, false),
		"much":     big,
	} {
		for _, q := range []float64{1e-12, 1e-6, 0.05, 0.5, 1 - 1e-6, 1 - 1e-12} {
			sound(t, name, &e, q)
		}
	}
}

// sound checks what holds of all evidence.
func sound(t *testing.T, name string, e *Evidence, q float64) {
	t.Helper()
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	below, above := e.LogEBelow(q), e.LogEAbove(q)
	if !finite(below) || !finite(above) || below >= threshold && above >= threshold {
		t.Errorf("%s: below %v %v, above %v", name, q, below, above)
	}
	lower, upper := e.Bounds(level)
	if p := e.Share(); !(0 <= lower && lower <= p && p <= upper && upper <= 1) {
		t.Errorf("%s: share %v, bounds %v and %v", name, p, lower, upper)
	}
	n, _ := e.Counts()
	if got := e.Effective(); !(0 <= got && got <= n) || n > 0 && got == 0 {
		t.Errorf("%s: %v requests, effectively %v", name, n, got)
	}
}

// TestEffective works out the effective size where it is plain.
func TestEffective(t *testing.T) {
	var even Sample // in each block as in any, each request a play of its own
	for i := range 40 {
		even.Add(int64(i/10), i, i%2 == 0)
	}
	half := alikeBlocks(50, 10, false)
	half.Join(alikeBlocks(50, 10, true))
	for _, tc := range []struct {
		name      string
		e         Evidence
		low, high float64
	}{
		{"nothing bad", alikeBlocks(12, 10, false), 12, 12},
		{"nothing good", alikeBlocks(12, 10, true), 12, 12},
		{"even blocks", even.Evidence(), 40, 40},
		{"a bad spell of half the time", half, 1, 13},
	} {
		if got := tc.e.Effective(); got < tc.low-1e-9 || got > tc.high+1e-9 {
			t.Errorf("%s: %v, want %v to %v", tc.name, got, tc.low, tc.high)
		}
	}
}

// FuzzEvidence reads requests from data: three bytes are a block, a play, and how many
// good and bad ones. Each may stand for many.
func FuzzEvidence(f *testing.F) {
	f.Add([]byte{0, 0, 0x11, 0, 1, 0xf0, 1, 1, 0x0f}, 0.25, 0.0)
	f.Add([]byte{5, 0, 1}, 0.05, 9.0)
	f.Add([]byte{}, 0.5, 1.0)
	f.Fuzz(func(t *testing.T, data []byte, q, zeros float64) {
		if !(q > 1e-9 && q < 1-1e-9) || !(zeros >= 0 && zeros <= 9) || len(data) > 600 {
			return
		}
		var s Sample
		for ; len(data) >= 3; data = data[3:] {
			for range data[2] & 0xf {
				s.Add(int64(data[0]), int(data[1]), true)
			}
			for range data[2] >> 4 {
				s.Add(int64(data[0]), int(data[1]), false)
			}
		}
		e := s.Evidence()
		sound(t, "as it is", &e, q)
		e.Join(e) // autocorrelation, and an odd number of pairs
		sound(t, "twice", &e, q)
		many := math.Pow(10, math.Floor(zeros))
		for i := range e.Blocks {
			e.Blocks[i].N *= many
			e.Blocks[i].K *= many
		}
		for _, sum := range []*Sum{&e.Plays, &e.Cells} {
			sum.NN, sum.NK, sum.KK = sum.NN*many*many, sum.NK*many*many, sum.KK*many*many
		}
		sound(t, "much", &e, q)
	})
}
