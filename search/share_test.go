package search

import (
	"math"
	"math/rand/v2"
	"testing"
)

// after returns a ShareTest of independent outcomes, which depends on their number and that
// of the bad ones alone: worked out without going through them.
func after(t *testing.T, limit, errorRate float64, n, bad int) *ShareTest {
	s, err := NewShareTest(limit, errorRate)
	if err != nil {
		t.Fatal(err)
	}
	for i := range stakes {
		against, mirrored := stake(i)/(1-limit), stake(i)/limit
		s.below[i] += float64(bad)*math.Log1p(-against*(1-limit)) + float64(n-bad)*math.Log1p(against*limit)
		s.above[i] += float64(bad)*math.Log1p(mirrored*(1-limit)) + float64(n-bad)*math.Log1p(-mirrored*limit)
	}
	switch {
	case logSum(&s.below) >= s.threshold:
		s.verdict = Pass
	case logSum(&s.above) >= s.threshold:
		s.verdict = Fail
	}
	return s
}

// ever returns the exact probabilities that a test of independent outcomes, each bad with
// probability p, ever passes and ever fails within n looks.
func ever(t *testing.T, limit, errorRate, p float64, looks int) (passes, fails float64) {
	open := map[int]float64{0: 1} // by bad outcomes, the probability of no verdict so far
	for n := 1; n <= looks; n++ {
		next := make(map[int]float64, len(open)+1)
		for k, at := range open {
			next[k] += at * (1 - p)
			next[k+1] += at * p
		}
		for k, at := range next {
			switch v := after(t, limit, errorRate, n, k).Verdict(); {
			case v == Pass:
				passes += at
			case v == Fail:
				fails += at
			case at > 1e-9: // less in all than 1e-9 for each of them is lost
				continue
			}
			delete(next, k)
		}
		open = next
	}
	return passes, fails
}

// The error rate holds at all looks together. It is worked out, not sampled: with the share
// at the limit, where both verdicts are wrong, and with it beyond.
func TestShareTestErrorRate(t *testing.T) {
	looks := 600
	if testing.Short() {
		looks = 200
	}
	for _, tt := range []struct{ limit, errorRate float64 }{{0.05, 0.01}, {0.05, 0.05}, {0.25, 0.05}, {0.5, 0.01}, {0.9, 0.05}} {
		passes, fails := ever(t, tt.limit, tt.errorRate, tt.limit, looks)
		t.Logf("limit %v, error rate %v: at the limit it passes with %.4f and fails with %.4f within %d looks", tt.limit, tt.errorRate, passes, fails, looks)
		if passes > tt.errorRate || fails > tt.errorRate {
			t.Errorf("limit %v: passes with %v, fails with %v, want at most %v", tt.limit, passes, fails, tt.errorRate)
		}
		// A test that never says anything is never wrong.
		if passes+fails < tt.errorRate/5 {
			t.Errorf("limit %v: passes with %v, fails with %v, suspiciously seldom", tt.limit, passes, fails)
		}
		if worse, _ := ever(t, tt.limit, tt.errorRate, min(0.99, 1.2*tt.limit), looks); worse > passes {
			t.Errorf("limit %v: passes with %v above it, with %v at it", tt.limit, worse, passes)
		}
	}
	if passes, _ := ever(t, 0.25, 0.01, 0.1, 200); passes < 0.95 {
		t.Errorf("a share of 10 %% is below 25 %% with %v within 200 outcomes", passes)
	}
	if _, fails := ever(t, 0.05, 0.01, 0.2, 200); fails < 0.95 {
		t.Errorf("a share of 20 %% is above 5 %% with %v within 200 outcomes", fails)
	}
}

// What is worked out for numbers of outcomes is what Add arrives at, in any order.
func TestShareTestIsOfCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		limit, p := 0.05+0.9*rng.Float64(), rng.Float64()
		s, err := NewShareTest(limit, 0.01)
		if err != nil {
			t.Fatal(err)
		}
		for n, bad := 1, 0; n <= 200; n++ {
			isBad := rng.Float64() < p
			if s.Add(isBad); isBad {
				bad++
			}
			want := after(t, limit, 0.01, n, bad).Verdict()
			if got := s.Verdict(); got != want {
				t.Fatalf("limit %v, %d of %d bad: %v, want %v", limit, bad, n, got, want)
			}
			if want != Unclear {
				break
			}
		}
	}
}

func TestShareTestKnown(t *testing.T) {
	count := func(limit, errorRate float64, bad bool) (n int, v Verdict) {
		s, err := NewShareTest(limit, errorRate)
		if err != nil {
			t.Fatal(err)
		}
		for v == Unclear && n < 1000 {
			s.Add(bad)
			n++
			v = s.Verdict()
		}
		s.AddBlock(100_000, 100_000-n%2) // final, whatever comes
		s.Add(!bad)
		if s.Verdict() != v {
			t.Errorf("%v became %v", v, s.Verdict())
		}
		return n, v
	}
	// By hand, from the boldest stake alone: log(1/0.01/0.9) / log(1 + 0.99/0.95*0.05) is
	// 92.7, and the other stakes add too little to save one outcome.
	if n, v := count(0.05, 0.01, false); n != 93 || v != Pass {
		t.Errorf("%v after %d good outcomes, want pass after 93", v, n)
	}
	// A bad outcome multiplies the stakes' wealth by 1 + stake*19, 10.6 in the mean, as the
	// mean stake is 0.51; the second by 1 + 2*19*0.51 + 361*0.39, about 160, in both.
	if n, v := count(0.05, 0.01, true); n != 2 || v != Fail {
		t.Errorf("%v after %d bad outcomes, want fail after 2", v, n)
	}
	for _, tt := range []struct{ limit, errorRate float64 }{{0, 0.1}, {1, 0.1}, {0.5, 0}, {0.5, 1}, {math.NaN(), 0.1}, {0.5, -1}} {
		if s, err := NewShareTest(tt.limit, tt.errorRate); err == nil || s != nil {
			t.Errorf("%+v is accepted", tt)
		}
	}
	s, _ := NewShareTest(0.5, 0.1)
	for range 1000 {
		s.AddBlock(0, 0)
	}
	if v := s.Verdict(); v != Unclear {
		t.Errorf("%v after blocks without outcomes", v)
	}
	for name, add := range map[string]func(){
		"more bad outcomes than outcomes": func() { s.AddBlock(3, 4) },
		"an outcome without a limit":      func() { new(ShareTest).Add(true) },
		"a block without a limit":         func() { new(ShareTest).AddBlock(3, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			add()
		}()
	}
}

// Outcomes of a block may depend on each other in any way, and blocks on those before them
// as long as the chance is the same: here an adversary chooses by what came before whether
// all of a block are bad together, or half of them twice as often, or each by itself.
func TestShareTestBlocks(t *testing.T) {
	const limit, errorRate, size, blocks = 0.2, 0.05, 10, 300
	runs := 1500
	if testing.Short() {
		runs = 300
	}
	rng := rand.New(rand.NewPCG(3, 4))
	passes, fails, alone := 0, 0, 0
	for range runs {
		s, _ := NewShareTest(limit, errorRate)
		single, _ := NewShareTest(limit, errorRate)
		last := 0
		for range blocks {
			bad := 0
			switch {
			case last == 0 && rng.Float64() < limit:
				bad = size
			case last == size && rng.Float64() < 2*limit:
				bad = size / 2
			case last > 0 && last < size:
				for range size {
					if rng.Float64() < limit {
						bad++
					}
				}
			}
			last = bad
			s.AddBlock(size, bad)
			for i := range size {
				single.Add(i < bad)
			}
		}
		switch s.Verdict() {
		case Pass:
			passes++
		case Fail:
			fails++
		}
		if single.Verdict() != Unclear {
			alone++
		}
	}
	rate := func(n int) float64 { return float64(n) / float64(runs) }
	t.Logf("in blocks it passes in %.3f and fails in %.3f of runs; one by one it is wrong in %.3f", rate(passes), rate(fails), rate(alone))
	most := errorRate + 4*math.Sqrt(errorRate*(1-errorRate)/float64(runs))
	if rate(passes) > most || rate(fails) > most {
		t.Errorf("passes in %v and fails in %v of runs, want at most %v of each", rate(passes), rate(fails), errorRate)
	}
	if rate(alone) < 4*errorRate {
		t.Errorf("one by one it is wrong in %v of runs: the warning of the documentation is too strong", rate(alone))
	}
}

func BenchmarkShareTest(b *testing.B) {
	s, _ := NewShareTest(0.5, 1e-300)
	for i := 0; b.Loop(); i++ {
		s.Add(i%2 == 0)
	}
}
