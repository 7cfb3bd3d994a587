package search

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// holds is a Probe that passes up to answer. Its evidence names n.
func holds(answer int) Probe[string] {
	return func(_ context.Context, n int) (string, Verdict, error) {
		return fmt.Sprintf("ran %d", n), upTo(answer)(n), nil
	}
}

// asked lists the questions of steps.
func asked[E any](steps []Step[E]) []int {
	var ns []int
	for _, s := range steps {
		ns = append(ns, s.N)
	}
	return ns
}

func TestFind(t *testing.T) {
	res, err := Finder[string]{}.Find(t.Context(), holds(5))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Summary{LargestPassing: 5, SmallestFailing: 6, Bounded: true}, res.Summary); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{1, 2, 4, 8, 6, 5}, asked(res.Steps)); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
	for i, s := range res.Steps {
		want := Step[string]{
			N: s.N, Evidence: fmt.Sprintf("ran %d", s.N), Verdict: upTo(5)(s.N),
			Bracket: Bracket{Answers: res.Bracket.Answers[:i+1]},
		}
		if diff := cmp.Diff(want, s); diff != "" {
			t.Errorf("step %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestFindBudget(t *testing.T) {
	for budget := 1; budget <= 7; budget++ {
		res, err := Finder[string]{Budget: budget}.Find(t.Context(), holds(5))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(res.Steps), min(budget, 6); got != want {
			t.Errorf("budget %d: asked %d, want %d", budget, got, want)
		}
		// Six questions settle it, so a budget of six is enough.
		if out := budget < 6; res.OutOfBudget != out || len(res.Warnings) > 0 != out {
			t.Errorf("budget %d: OutOfBudget is %v, Warnings %q", budget, res.OutOfBudget, res.Warnings)
		}
	}
	res, _ := Finder[string]{Budget: 4}.Find(t.Context(), holds(5))
	want := Summary{LargestPassing: 4, SmallestFailing: 8,
		Warnings: []string{"budget of 4 questions spent: the next would have been 6"}}
	if diff := cmp.Diff(want, res.Summary); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFindResumes goes on from a Result that went through JSON.
func TestFindResumes(t *testing.T) {
	straight, _ := Finder[string]{}.Find(t.Context(), holds(5))
	for budget := 1; budget <= 6; budget++ {
		first, _ := Finder[string]{Budget: budget}.Find(t.Context(), holds(5))
		data, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		var back Result[string]
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, back); diff != "" {
			t.Fatalf("budget %d: through JSON (-want +got):\n%s", budget, diff)
		}
		second, err := Finder[string]{Bracket: back.Bracket}.Find(t.Context(), holds(5))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(straight.Steps, append(first.Steps, second.Steps...)); diff != "" {
			t.Errorf("budget %d (-straight +resumed):\n%s", budget, diff)
		}
		if diff := cmp.Diff(straight.Summary, second.Summary); diff != "" {
			t.Errorf("budget %d (-straight +resumed):\n%s", budget, diff)
		}
	}
}

// TestFindUnclear: an unset verdict is Unclear, in the step as in the bracket.
func TestFindUnclear(t *testing.T) {
	res, err := Finder[int]{}.Find(t.Context(), func(context.Context, int) (int, Verdict, error) {
		return 0, Verdict(9), nil
	})
	want := Summary{Unclear: []int{1}, Warnings: []string{"undecided at 1: the answer may be higher; ask there again"}}
	if diff := cmp.Diff(want, res.Summary); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	if len(res.Steps) != 1 || res.Steps[0].Verdict != Unclear {
		t.Errorf("got steps %+v, want one, undecided", res.Steps)
	}
}
