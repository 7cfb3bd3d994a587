package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// A Probe asks whether it holds at n. It returns the evidence, which the search
// keeps without looking at it, and the verdict.
//
// If n could not be judged, because the measurement was invalid or had too little
// data, the verdict is [Unclear] and the search continues. An error ends the
// search; it is for when there is no point in continuing. A Probe that was cut
// short, by ctx or otherwise, must return an error. A verdict returned without an
// error counts, even if ctx is done by then.
type Probe[E any] func(ctx context.Context, n int) (E, Verdict, error)

// A Finder asks a [Probe] until its Bracket has settled.
//
// The zero value is ready: it searches up from 1 without limit and asks as many
// questions as it takes. Its methods do not change a Finder, so that it may be
// reused, and used by several goroutines at once.
type Finder[E any] struct {
	// Bracket is where the search begins. It may have answers, such as those of an
	// interrupted search, which are not asked again.
	Bracket Bracket `json:"bracket"`
	// Budget is the largest number of questions to ask in one run, not counting
	// the answers that Bracket begins with. 0 means no limit.
	Budget int `json:"budget,omitzero"`
	// Parallel is how many questions are asked at once, at most 1024, for probes that do
	// not disturb each other, such as those that each have a system of their own. 0 and 1
	// mean one after the other. With k at once the search divides what is open into k+1
	// parts rather than two, and asks no further up than it would otherwise; it asks more
	// questions in fewer rounds.
	Parallel int `json:"parallel,omitzero"`
}

// A Step is one question, its answer, and the state of the search after it.
type Step[E any] struct {
	N        int     `json:"n"` // what was asked; 0 if an error came before the question
	Evidence E       `json:"evidence"`
	Verdict  Verdict `json:"verdict"` // Unclear if the Probe returned an error
	// Bracket is the state after the answer, from which the search can be
	// resumed. If the Probe returned an error, no answer is added.
	Bracket Bracket `json:"bracket"`
}

// Validate returns all mistakes in f, joined, or nil.
func (f Finder[E]) Validate() error {
	errs := []error{f.Bracket.Validate()}
	if f.Budget < 0 {
		errs = append(errs, fmt.Errorf("search: Budget is %d, expected at least 1, or 0 for no limit", f.Budget))
	}
	if f.Parallel < 0 || f.Parallel > mostParallel {
		errs = append(errs, fmt.Errorf("search: Parallel is %d, expected 1 to %d, or 0 for one at a time", f.Parallel, mostParallel))
	}
	return errors.Join(errs...)
}

// Steps runs the search, one question per iteration, and yields each step as it
// happens; of questions that were asked at once it yields the lowest n first, when all have
// been answered. It ends without an error when the search has settled or the budget is
// spent; Next of the last step's Bracket tells which. It asks nothing after the
// loop is left. Ranging over it again runs the search again.
//
// An error is yielded at most once, as the last step: that of [Finder.Validate],
// that of the Probe, with the evidence it returned, or [context.Cause] if ctx is
// done before the search has settled. If the Probe's error is that of ctx, the
// cause is yielded in its place. The first error cancels the questions that are asked at
// the same time, and comes after those of them that were answered.
func (f Finder[E]) Steps(ctx context.Context, probe Probe[E]) iter.Seq2[Step[E], error] {
	return func(yield func(Step[E], error) bool) {
		b := f.Bracket
		if err := f.Validate(); err != nil {
			yield(Step[E]{Bracket: b}, err)
			return
		}
		for asked := 0; f.Budget == 0 || asked < f.Budget; {
			k := max(1, f.Parallel)
			if f.Budget > 0 {
				k = min(k, f.Budget-asked)
			}
			ns := b.questions(k)
			if len(ns) == 0 {
				return
			}
			if ctx.Err() != nil {
				yield(Step[E]{Bracket: b}, context.Cause(ctx))
				return
			}
			asked += len(ns)
			answers, failed := ask(ctx, probe, ns)
			for i, a := range answers {
				if a.err != nil {
					continue
				}
				b.Observe(ns[i], a.verdict)
				if !yield(Step[E]{N: ns[i], Evidence: a.evidence, Verdict: a.verdict.known(), Bracket: b}, nil) {
					return
				}
			}
			if failed >= 0 {
				yield(Step[E]{N: ns[failed], Evidence: answers[failed].evidence, Bracket: b}, answers[failed].err)
				return
			}
		}
	}
}

// A Result is the outcome of one run of [Finder.Find].
type Result[E any] struct {
	Summary
	// OutOfBudget reports that the budget was spent before the search settled.
	// Warnings says so too.
	OutOfBudget bool `json:"out_of_budget"`
	// Steps are the questions of this run, in order. If the Probe returned an
	// error, the last one is the question that it was asked.
	Steps []Step[E] `json:"steps,omitempty"`
	// Bracket is the final state. A Finder that begins with it resumes the search.
	Bracket Bracket `json:"bracket"`
}

// Find runs the search to its end. Its errors are those of [Finder.Steps]; the
// Result then holds what was found before the error.
func (f Finder[E]) Find(ctx context.Context, probe Probe[E]) (Result[E], error) {
	res := Result[E]{Bracket: f.Bracket}
	var err error
	for step, stepErr := range f.Steps(ctx, probe) {
		err = stepErr
		res.Bracket = step.Bracket
		if step.N != 0 {
			res.Steps = append(res.Steps, step)
		}
	}
	res.Summary = res.Bracket.Summary()
	if next, open := res.Bracket.Next(); open && err == nil {
		res.OutOfBudget = true
		res.warn("budget of %d questions spent: the next would have been %d", f.Budget, next)
	}
	return res, err
}
