package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExhaustive finds every answer within every choice of limits up to 64, or
// up to 24 with -short: -race and -cover together make 64 take a minute.
func TestExhaustive(t *testing.T) {
	limit := 64
	if testing.Short() {
		limit = 24
	}
	for lo := 1; lo <= limit; lo++ {
		for hi := lo; hi <= limit; hi++ {
			for start := lo; start <= hi; start++ {
				exhaust(t, Bracket{Min: lo, Max: hi, Start: start}, lo-1, hi)
			}
		}
	}
}

// exhaust goes on from b for every answer from least to most. Those for which
// the search has gone the same way so far share it. A least below Min stands
// for the answer that nothing passes.
func exhaust(t *testing.T, b Bracket, least, most int) {
	n, ok := b.Next()
	if ok {
		if n <= least || n > most {
			t.Fatalf("%+v: asks %d, which is known", b, n)
		}
		passed, failed := b, b
		passed.Observe(n, Pass)
		failed.Observe(n, Fail)
		exhaust(t, passed, n, most)
		exhaust(t, failed, least, n-1)
		return
	}
	if least != most {
		t.Fatalf("%+v: has settled, but the answer may be anything from %d to %d", b, least, most)
	}
	wantPassed, wantFailed := 0, 0
	for n := b.Max; n >= b.Min; n-- { // the linear scan
		if n > least {
			wantFailed = n
		} else {
			wantPassed = max(wantPassed, n)
		}
	}
	if passed, failed, _ := b.edges(); passed != wantPassed || failed != wantFailed {
		t.Fatalf("%+v: got %d and %d, want %d and %d", b, passed, failed, wantPassed, wantFailed)
	}
	if allowed := bound(least, b.Start); len(b.Answers) > allowed {
		t.Fatalf("%+v: more than %d questions", b, allowed)
	}
}

func TestSequence(t *testing.T) {
	for _, tc := range []struct {
		name    string
		bracket Bracket
		answer  int
		want    []int
	}{
		{"zero value", Bracket{}, 5, []int{1, 2, 4, 8, 6, 5}},
		{"nothing passes", Bracket{}, 0, []int{1}},
		{"nothing fails", Bracket{Max: 40}, 40, []int{1, 2, 4, 8, 16, 32, 40}},
		{"start at min", Bracket{Min: 10}, 20, []int{10, 20, 40, 30, 25, 22, 21}},
		{"start holds", Bracket{Start: 12}, 13, []int{12, 24, 18, 15, 13, 14}},
		{"start fails", Bracket{Start: 16}, 3, []int{16, 8, 4, 2, 3}},
		{"start fails, min", Bracket{Min: 8, Start: 16}, 0, []int{16, 11, 9, 8}},
		{"one n", Bracket{Min: 7, Max: 7}, 7, []int{7}},
		{"pass known below start", Bracket{Start: 8, Answers: []Answer{{2, Pass}}}, 9, []int{8, 16, 12, 10, 9}},
		{"failure known far up", Bracket{Answers: []Answer{{1000, Fail}}}, 3, []int{1, 2, 4, 3}},
		{"failure known near", Bracket{Answers: []Answer{{4, Pass}, {7, Fail}}}, 6, []int{5, 6}},
		{"outside the limits", Bracket{Min: 3, Max: 4, Answers: []Answer{{2, Fail}, {5, Pass}, {-1, Fail}}}, 3, []int{3, 4}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []int
			drive(t, &tc.bracket, func(n int) Verdict {
				got = append(got, n)
				return upTo(tc.answer)(n)
			})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("questions (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHelped plays the search against everyone who may tell it true answers to
// other questions at any moment, and finds the worst case for each answer.
func TestHelped(t *testing.T) {
	const answers, far = 32, 100 // far: a failure known long before the ramp
	for _, start := range []int{1, 2, 3, 8, 20} {
		next := make(map[[2]int]int)
		for passed := 0; passed <= answers; passed++ {
			for failed := passed + 1; failed <= far+1; failed++ {
				b := Bracket{Start: start, Answers: []Answer{{passed, Pass}, {failed, Fail}}}
				if failed > far {
					b.Answers = b.Answers[:1]
				}
				next[[2]int{passed, failed}], _ = b.Next()
			}
		}
		for answer := range answers + 1 {
			worst := make(map[[2]int]int)
			var play func(passed, failed int) int
			play = func(passed, failed int) int {
				state := [2]int{passed, failed}
				if w, ok := worst[state]; ok {
					return w
				}
				w := 0
				switch n := next[state]; {
				case n == 0:
				case n <= answer:
					w = 1 + play(n, failed)
				default:
					w = 1 + play(passed, n)
				}
				if passed < answer {
					w = max(w, play(passed+1, failed))
				}
				if failed > answer+1 {
					w = max(w, play(passed, failed-1))
				}
				worst[state] = w
				return w
			}
			if got, most := play(0, far+1), bound(answer, start)+1; got > most {
				t.Errorf("start %d answer %d: %d questions, want at most %d", start, answer, got, most)
			}
		}
	}
}

func TestHuge(t *testing.T) {
	for _, hi := range []int{0, unlimited} {
		for _, answer := range []int{0, 1, 1<<20 + 1, unlimited - 1, unlimited} {
			for _, start := range []int{0, 1 << 20, unlimited} {
				b := Bracket{Max: hi, Start: start}
				asked := drive(t, &b, func(n int) Verdict {
					if n < 1 || n > unlimited {
						t.Fatalf("asked %d", n)
					}
					return upTo(answer)(n)
				})
				if most := bound(answer, start); asked > most {
					t.Errorf("max %d start %d answer %d: %d questions, want at most %d", hi, start, answer, asked, most)
				}
				s := b.Summary()
				if s.LargestPassing != answer || s.Bounded != (answer < unlimited) {
					t.Errorf("max %d start %d answer %d: got %+v", hi, start, answer, s)
				}
			}
		}
	}
}
