package search

import (
	"fmt"
	"math/bits"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tables calls f with every assignment of the given verdicts to 1..size.
func tables(size int, verdicts []Verdict, f func(table []Verdict)) {
	table := make([]Verdict, size)
	var fill func(i int)
	fill = func(i int) {
		if i == size {
			f(table)
			return
		}
		for _, v := range verdicts {
			table[i] = v
			fill(i + 1)
		}
	}
	fill(0)
}

// TestTruthTables searches in every table of verdicts, monotone or not, then
// tells it the answers it did not ask for, upwards or downwards, going on with
// the search after each. Every state is held against the model.
func TestTruthTables(t *testing.T) {
	for _, tc := range []struct {
		size     int
		verdicts []Verdict
		starts   []int
	}{
		{10, []Verdict{Pass, Fail}, []int{1}},
		{7, []Verdict{Pass, Fail, Unclear}, []int{1, 3, 7}},
	} {
		for _, start := range tc.starts {
			t.Run(fmt.Sprintf("size=%d/start=%d", tc.size, start), func(t *testing.T) {
				tables(tc.size, tc.verdicts, func(table []Verdict) {
					lookup := func(n int) Verdict { return table[n-1] }
					b := Bracket{Max: tc.size, Start: start}
					asked := drive(t, &b, lookup)
					if s := b.Summary(); len(s.Contradictions) > 0 {
						t.Fatalf("%v: contradicts itself: %+v", table, s)
					} else if most := bound(s.LargestPassing, start); asked > most {
						t.Fatalf("%v: %d questions, want at most %d", table, asked, most)
					}
					check(t, &b, 1, tc.size)
					for _, down := range []bool{false, true} {
						c := b
						for n := range tc.size {
							if down {
								n = tc.size - 1 - n
							}
							c.Observe(n+1, lookup(n+1))
							check(t, &c, 1, tc.size)
							drive(t, &c, lookup)
							check(t, &c, 1, tc.size)
						}
					}
				})
			})
		}
	}
}

// TestStories tells every sequence of four answers about three n: repeats,
// changes of mind and all orders. The model does not know the order.
func TestStories(t *testing.T) {
	const size, length = 3, 4
	verdicts := []Verdict{Pass, Fail, Unclear}
	var tell func(b Bracket)
	tell = func(b Bracket) {
		check(t, &b, 1, size)
		if len(b.Answers) == length {
			return
		}
		for n := 1; n <= size; n++ {
			for _, v := range verdicts {
				c := b
				c.Observe(n, v)
				tell(c)
			}
		}
	}
	tell(Bracket{Max: size})
}

func TestSummary(t *testing.T) {
	for _, tc := range []struct {
		name string
		b    Bracket
		want Summary
	}{
		{"nothing observed", Bracket{}, Summary{}},
		{"bounded", Bracket{Answers: []Answer{{8, Pass}, {9, Fail}}},
			Summary{LargestPassing: 8, SmallestFailing: 9, Bounded: true}},
		{"nothing passes", Bracket{Min: 4, Answers: []Answer{{4, Fail}}},
			Summary{SmallestFailing: 4, Bounded: true}},
		{"nothing fails", Bracket{Max: 4, Answers: []Answer{{4, Pass}}},
			Summary{LargestPassing: 4, Warnings: []string{"nothing failed up to the limit of 4: the answer may be higher"}}},
		{"unclear above", Bracket{Answers: []Answer{{8, Pass}, {9, Unclear}, {10, Fail}}},
			Summary{LargestPassing: 8, SmallestFailing: 10, Unclear: []int{9},
				Warnings: []string{"undecided at 9: the answer may be higher; ask there again"}}},
		{"unclear below", Bracket{Answers: []Answer{{4, Unclear}, {8, Pass}, {9, Fail}}},
			Summary{LargestPassing: 8, SmallestFailing: 9, Bounded: true, Unclear: []int{4}}},
		{"unclear cleared", Bracket{Answers: []Answer{{8, Pass}, {9, Unclear}, {9, Fail}}},
			Summary{LargestPassing: 8, SmallestFailing: 9, Bounded: true}},
		{"pass above failure", Bracket{Answers: []Answer{{12, Pass}, {8, Fail}, {7, Pass}}},
			Summary{LargestPassing: 7, SmallestFailing: 8, Bounded: true, Contradictions: []Contradiction{{12, 8}},
				Warnings: []string{"passed at 12 although it failed at 8: the pass does not count"}}},
		{"both", Bracket{Answers: []Answer{{7, Pass}, {8, Fail}, {8, Pass}}},
			Summary{LargestPassing: 7, SmallestFailing: 8, Bounded: true, Contradictions: []Contradiction{{8, 8}},
				Warnings: []string{"both passed and failed at 8: counted as a failure"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.b.Summary()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestConfirm repeats the last pass: a failure there reopens the search.
func TestConfirm(t *testing.T) {
	var b Bracket
	drive(t, &b, upTo(21))
	b.Observe(21, Fail)
	if asked := drive(t, &b, upTo(19)); asked > bits.Len(21) {
		t.Errorf("%d more questions, want at most %d", asked, bits.Len(21))
	}
	s := b.Summary()
	if s.LargestPassing != 20 || !s.Bounded || len(s.Contradictions) != 1 {
		t.Errorf("got %+v, want 20, which had passed", s)
	}
}

// TestUnclearCleared asks again where the answer was Unclear: a pass lets the
// search rise past it.
func TestUnclearCleared(t *testing.T) {
	var b Bracket
	oracle := func(n int) Verdict {
		if n == 16 {
			return Unclear
		}
		return upTo(21)(n)
	}
	drive(t, &b, oracle)
	if s := b.Summary(); s.LargestPassing != 15 || s.Bounded || s.SmallestFailing != 0 {
		t.Errorf("got %+v, want 15, unbounded", s)
	}
	b.Observe(16, Pass)
	drive(t, &b, oracle)
	if s := b.Summary(); s.LargestPassing != 21 || !s.Bounded || s.Unclear != nil {
		t.Errorf("got %+v, want 21, bounded", s)
	}
}

// TestOutsideCountsLater raises Max: an answer beyond the old one counts now.
func TestOutsideCountsLater(t *testing.T) {
	b := Bracket{Max: 8}
	b.Observe(16, Fail)
	b.Observe(8, Pass)
	if n, ok := b.Next(); ok {
		t.Errorf("Next is %d, want it settled", n)
	}
	b.Max = 32
	if n, ok := b.Next(); n != 12 || !ok {
		t.Errorf("Next is %d, %v, want 12", n, ok)
	}
}
