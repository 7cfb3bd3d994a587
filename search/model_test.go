package search

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seen says which verdicts were observed at n.
func seen(b *Bracket, n int) (pass, fail, unclear bool) {
	for _, a := range b.Answers {
		if a.N == n {
			pass = pass || a.Verdict == Pass
			fail = fail || a.Verdict == Fail
			unclear = unclear || a.Verdict == Unclear
		}
	}
	return pass, fail, unclear
}

// model is Summary by linear scan, word for word from the documentation. It
// leaves out Warnings. lo and hi are the limits with defaults filled in.
func model(b *Bracket, lo, hi int) Summary {
	var s Summary
	for n := lo; n <= hi; n++ {
		pass, fail, unclear := seen(b, n)
		if fail && s.SmallestFailing == 0 {
			s.SmallestFailing = n
		}
		if pass && s.SmallestFailing == 0 {
			s.LargestPassing = n
		}
		if unclear && !pass && !fail {
			s.Unclear = append(s.Unclear, n)
		}
		for m := n; pass && m >= lo; m-- {
			if _, fail, _ := seen(b, m); fail {
				s.Contradictions = append(s.Contradictions, Contradiction{Pass: n, Fail: m})
				break
			}
		}
	}
	above := lo
	if s.LargestPassing != 0 {
		above = s.LargestPassing + 1
	}
	_, s.Bounded, _ = seen(b, above)
	s.Bounded = s.Bounded && above <= hi
	return s
}

// check holds b against the model and against every promise of Next and
// Summary that can be judged from one state.
func check(t *testing.T, b *Bracket, lo, hi int) {
	t.Helper()
	want := model(b, lo, hi)
	got := b.Summary()
	warned := len(got.Warnings)
	got.Warnings = nil
	if !reflect.DeepEqual(want, got) { // much faster than cmp, for a million states
		t.Fatalf("%+v: Summary differs from a linear scan (-want +got):\n%s", *b, cmp.Diff(want, got))
	}

	above := lo // the n right above what is settled
	if want.LargestPassing != 0 {
		above = want.LargestPassing + 1
	}
	pass, fail, unclear := seen(b, above)
	warnings := len(want.Contradictions)
	if want.LargestPassing == hi {
		warnings++
	}
	for _, n := range want.Unclear {
		if n >= above && (want.SmallestFailing == 0 || n < want.SmallestFailing) {
			warnings++ // one for the lowest of them
			break
		}
	}
	if warned != warnings {
		t.Fatalf("%+v: want %d warnings, got %q", *b, warnings, b.Summary().Warnings)
	}

	next, open := b.Next()
	if settled := above > hi || pass || fail || unclear; open == settled {
		t.Fatalf("%+v: Next reports %v, but settled is %v", *b, open, settled)
	}
	if !open {
		if next != 0 {
			t.Fatalf("%+v: settled, but Next is %d", *b, next)
		}
		return
	}
	start := b.Start
	if start == 0 {
		start = lo
	}
	if next < above || next > hi || next > max(2*want.LargestPassing, start) {
		t.Fatalf("%+v: Next is %d, out of bounds", *b, next)
	}
	for n := above; n <= next; n++ {
		if pass, fail, unclear := seen(b, n); pass || fail || unclear {
			t.Fatalf("%+v: Next is %d, but %d is answered", *b, next, n)
		}
	}
}

// drive asks b until it has settled and returns the number of questions.
func drive(t *testing.T, b *Bracket, oracle func(n int) Verdict) int {
	t.Helper()
	for asked := 0; ; asked++ {
		n, ok := b.Next()
		if !ok {
			return asked
		}
		if asked > 1000 {
			t.Fatalf("no end in sight: %+v", *b)
		}
		b.Observe(n, oracle(n))
	}
}

// upTo is the honest oracle: it holds up to answer.
func upTo(answer int) func(int) Verdict {
	return func(n int) Verdict {
		if n <= answer {
			return Pass
		}
		return Fail
	}
}

// bound is the documented number of questions.
func bound(answer, start int) int {
	questions := 2
	for m := max(answer, start); m > 1; m /= 2 {
		questions += 2
	}
	return questions
}
