package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// A Probe asks one question: does it hold at n? It returns the evidence, which
// the search keeps and does not look at, and the verdict.
//
// When n could not be judged, because the measurement was invalid or had too
// little data, the verdict is [Unclear] and the search goes on. An error ends
// the search: it is for when going on is pointless. A Probe that was cut short,
// by ctx or otherwise, must return an error and not a verdict; a verdict
// returned without an error counts, even if ctx has ended meanwhile.
type Probe[E any] func(ctx context.Context, n int) (E, Verdict, error)

// A Finder asks a [Probe] until its Bracket has settled.
//
// The zero value is ready: it searches upwards from 1 without limit, as often
// as it takes. A Finder is never changed by its methods, so it may be used
// again, and by several goroutines at once.
type Finder[E any] struct {
	// Bracket is where the search begins. It may hold answers already: those of
	// an interrupted search are not asked again.
	Bracket Bracket `json:"bracket"`
	// Budget is the largest number of questions to ask in one run; answers
	// that Bracket began with do not count. 0 means no limit.
	Budget int `json:"budget,omitzero"`
}

// A Step is one question, its answer, and where that leaves the search.
type Step[E any] struct {
	N        int     `json:"n"` // what was asked; 0 when an error came before a question
	Evidence E       `json:"evidence"`
	Verdict  Verdict `json:"verdict"` // Unclear when the Probe returned an error
	// Bracket is the state after the answer. It is enough to go on from here.
	// The answer of a Probe that returned an error is not in it.
	Bracket Bracket `json:"bracket"`
}

// Validate returns all mistakes in f, joined, or nil.
func (f Finder[E]) Validate() error {
	var err error
	if f.Budget < 0 {
		err = fmt.Errorf("search: Budget is %d, want at least 1, or 0 for no limit", f.Budget)
	}
	return errors.Join(f.Bracket.Validate(), err)
}

// Steps runs the search, one question each time round the loop, and yields each
// step as it happens. It ends without an error when the search has settled or
// the budget is spent; Next of the last step's Bracket tells which. It asks
// nothing after the loop is left. Ranging over it again runs the search again.
//
// An error is yielded at most once, and last: the one of [Finder.Validate], the
// one of the Probe, with what evidence it returned, or [context.Cause] when ctx
// has ended before the search has settled. When the Probe returned the error
// because of ctx, the cause is yielded in its place.
func (f Finder[E]) Steps(ctx context.Context, probe Probe[E]) iter.Seq2[Step[E], error] {
	return func(yield func(Step[E], error) bool) {
		b := f.Bracket
		if err := f.Validate(); err != nil {
			yield(Step[E]{Bracket: b}, err)
			return
		}
		for asked := 0; f.Budget == 0 || asked < f.Budget; asked++ {
			n, ok := b.Next()
			if !ok {
				return
			}
			if ctx.Err() != nil {
				yield(Step[E]{Bracket: b}, context.Cause(ctx))
				return
			}
			evidence, verdict, err := probe(ctx, n)
			if err != nil {
				if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
					err = context.Cause(ctx)
				}
				yield(Step[E]{N: n, Evidence: evidence, Bracket: b}, err)
				return
			}
			b.Observe(n, verdict)
			if !yield(Step[E]{N: n, Evidence: evidence, Verdict: verdict.known(), Bracket: b}, nil) {
				return
			}
		}
	}
}

// A Result is all that a run of [Finder.Find] found out.
type Result[E any] struct {
	Summary
	// OutOfBudget reports that the budget was spent before the search had
	// settled. It is among the Warnings too.
	OutOfBudget bool `json:"out_of_budget"`
	// Steps has the questions of this run, in order. After an error of the
	// Probe the last one is the question it was asked.
	Steps []Step[E] `json:"steps,omitempty"`
	// Bracket is the final state. A Finder that begins with it goes on with the
	// same search.
	Bracket Bracket `json:"bracket"`
}

// Find runs the search to its end. The errors are those of [Finder.Steps]; the
// Result holds what was found until then.
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
