package search

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Every small domain, every start, every answer, every way to go up, and every number of
// questions at once: the search finds the answer, asks nothing twice and nothing too far
// up, and takes no more rounds than one question at a time.
func TestParallelSmallDomains(t *testing.T) {
	most := 10
	if testing.Short() {
		most = 6
	}
	for last := 1; last <= most; last++ {
		for first := 1; first <= last; first++ {
			for start := first; start <= last; start++ {
				for answer := first - 1; answer <= last; answer++ {
					for stride := range 4 {
						alone := 0
						for k := 1; k <= 4; k++ {
							b := Bracket{Min: first, Max: last, Start: start, Stride: stride}
							rounds := parallelRounds(t, b, k, upTo(answer), answer)
							if k == 1 {
								alone = rounds
							}
							if rounds > alone {
								t.Fatalf("%+v up to %d: %d rounds of %d at once, %d alone", b, answer, rounds, k, alone)
							}
						}
					}
				}
			}
		}
	}
}

// parallelRounds searches with k questions at once and returns the number of rounds.
func parallelRounds(t *testing.T, b Bracket, k int, oracle func(int) Verdict, want int) (rounds int) {
	t.Helper()
	initial := b
	first, last, start := b.limits()
	for asked := make(map[int]bool); ; rounds++ {
		ns := b.questions(k)
		if next, ok := b.Next(); ok != (len(ns) > 0) || k == 1 && ok && !slices.Equal(ns, []int{next}) {
			t.Fatalf("%+v: asks %v, alone %d", b, ns, next)
		}
		if len(ns) == 0 {
			break
		}
		ahead := start
		if passed := b.Summary().LargestPassing; passed > 0 {
			ahead = max(2*passed, start)
			if b.Stride > 0 {
				ahead = max(passed+b.Stride, start)
			}
		}
		if len(ns) > k || !slices.IsSorted(ns) {
			t.Fatalf("%+v: asks %v, %d at once", b, ns, k)
		}
		for _, n := range ns {
			if n < first || n > last || n > ahead || asked[n] {
				t.Fatalf("%+v: asks %v", b, ns)
			}
			asked[n] = true
		}
		for _, n := range ns {
			b.Observe(n, oracle(n))
		}
	}
	if got := b.Summary().LargestPassing; got != want && want >= max(1, first) || want < first && got != 0 {
		t.Fatalf("%+v, %d at once: found %d, want %d", initial, k, got, want)
	}
	return rounds
}

// The whole range of int, with answers that are missing.
func TestParallelLargeDomain(t *testing.T) {
	const answer = 123_456_789_012
	for _, k := range []int{2, 7, 64} {
		rounds := parallelRounds(t, Bracket{}, k, upTo(answer), answer)
		t.Logf("%d at once: %d rounds", k, rounds)
	}
	oracle := func(n int) Verdict {
		if n == 20 {
			return Unclear
		}
		return upTo(21)(n)
	}
	if parallelRounds(t, Bracket{Start: 16}, 3, oracle, 21) == 0 {
		t.Error("nothing was asked")
	}
}

func TestParallelFind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		probe := func(ctx context.Context, n int) (int, Verdict, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			time.Sleep(time.Duration(200-n) * time.Second) // the highest n are answered first
			return 10 * n, upTo(77)(n), nil
		}
		began := time.Now()
		f := Finder[int]{Bracket: Bracket{Max: 100, Start: 10}, Parallel: 9}
		res, err := f.Find(t.Context(), probe)
		if err != nil || res.LargestPassing != 77 || !res.Bounded {
			t.Errorf("%+v, %v", res.Summary, err)
		}
		if took := time.Since(began); most.Load() != 9 || took > 6*200*time.Second {
			t.Errorf("%d at once took %v", most.Load(), took)
		}
		for i, s := range res.Steps {
			if s.Evidence != 10*s.N || len(s.Bracket.Answers) != i+1 {
				t.Errorf("step %d: %+v", i, s)
			}
		}
		again, err := f.Find(t.Context(), probe)
		if err != nil || len(again.Steps) != len(res.Steps) || again.Steps[3].N != res.Steps[3].N {
			t.Errorf("another run: %+v, %v", again, err)
		}

		f.Budget = 12 // the second round is cut
		if res, err := f.Find(t.Context(), probe); err != nil || len(res.Steps) != 12 || !res.OutOfBudget {
			t.Errorf("%d steps, %v, %v", len(res.Steps), res.OutOfBudget, err)
		}
		// What is left of a budget divides what is open as a smaller Parallel would: between
		// 10 and 20, one question is the middle and three are the quarters.
		f.Bracket.Answers = []Answer{{10, Pass}, {20, Fail}}
		for _, want := range [][]int{{15}, {12, 15, 17}} {
			f.Budget = len(want)
			res, err := f.Find(t.Context(), probe)
			var asked []int
			for _, s := range res.Steps {
				asked = append(asked, s.N)
			}
			if err != nil || !slices.Equal(asked, want) {
				t.Errorf("with a budget of %d it asks %v, want %v (%v)", f.Budget, asked, want, err)
			}
		}
	})
}

// One error ends all that is asked at the time, and what was answered by then counts.
func TestParallelError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("out of order")
		var canceled sync.Map
		probe := func(ctx context.Context, n int) (int, Verdict, error) {
			switch {
			case n <= 2:
				time.Sleep(time.Second)
				return n, Pass, nil
			case n == 4:
				time.Sleep(2 * time.Second)
				return n, Unclear, broken
			}
			<-ctx.Done()
			canceled.Store(n, true)
			return n, Unclear, ctx.Err()
		}
		f := Finder[int]{Bracket: Bracket{Start: 5}, Parallel: 5}
		res, err := f.Find(t.Context(), probe)
		if !errors.Is(err, broken) || res.LargestPassing != 2 || len(res.Steps) != 3 || res.Steps[2].N != 4 || res.Steps[2].Evidence != 4 {
			t.Errorf("%+v, %v", res, err)
		}
		for _, n := range []int{3, 5} {
			if _, ok := canceled.Load(n); !ok {
				t.Errorf("the question at %d went on", n)
			}
		}

		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(1500*time.Millisecond, func() { cancel(why) })
		if res, err := f.Find(ctx, probe); err != why || res.LargestPassing != 2 {
			t.Errorf("%+v, %v", res, err)
		}
		for _, parallel := range []int{-1, mostParallel + 1} {
			if err := (Finder[int]{Parallel: parallel}).Validate(); err == nil {
				t.Errorf("Parallel of %d is accepted", parallel)
			}
		}
	})
}
