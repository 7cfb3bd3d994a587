package search

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFindProbeError(t *testing.T) {
	broken := errors.New("endpoint is gone")
	res, err := Finder[string]{}.Find(t.Context(), func(ctx context.Context, n int) (string, Verdict, error) {
		if n == 4 {
			return "half a phase", Pass, broken // the verdict must not count
		}
		return holds(9)(ctx, n)
	})
	if !errors.Is(err, broken) {
		t.Errorf("got error %v, want %v", err, broken)
	}
	if res.LargestPassing != 2 || res.OutOfBudget || res.Warnings != nil {
		t.Errorf("got %+v, want 2 and no warning", res.Summary)
	}
	want := Step[string]{N: 4, Evidence: "half a phase", Bracket: res.Bracket}
	if diff := cmp.Diff(want, res.Steps[len(res.Steps)-1]); diff != "" {
		t.Errorf("last step (-want +got):\n%s", diff)
	}
	if got := len(res.Bracket.Answers); got != 2 {
		t.Errorf("%d answers in the bracket, want 2", got)
	}
}

func TestFindInvalid(t *testing.T) {
	f := Finder[string]{Bracket: Bracket{Min: 5, Max: 4}, Budget: -1}
	res, err := f.Find(t.Context(), func(context.Context, int) (string, Verdict, error) {
		t.Error("asked")
		return "", Pass, nil
	})
	if err == nil || !strings.Contains(err.Error(), "Min") || !strings.Contains(err.Error(), "Budget") {
		t.Errorf("got error %v, want one about Min and Budget", err)
	}
	if diff := cmp.Diff(Result[string]{Bracket: f.Bracket}, res); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

var errOperator = errors.New("stopped by the operator")

// TestFindCanceled cancels during the third question, at 2m30s.
func TestFindCanceled(t *testing.T) {
	for name, abandon := range map[string]func(ctx context.Context) error{
		"error":   context.Context.Err,
		"cause":   context.Cause,
		"wrapped": func(ctx context.Context) error { return fmt.Errorf("phase: %w", ctx.Err()) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				time.AfterFunc(150*time.Second, func() { cancel(errOperator) })
				res, err := Finder[string]{}.Find(ctx, func(ctx context.Context, n int) (string, Verdict, error) {
					select {
					case <-time.After(time.Minute):
						return holds(100)(ctx, n)
					case <-ctx.Done():
						return "partial", Unclear, abandon(ctx)
					}
				})
				if !errors.Is(err, errOperator) {
					t.Errorf("got error %v, want %v", err, errOperator)
				}
				if diff := cmp.Diff([]int{1, 2, 4}, asked(res.Steps)); diff != "" {
					t.Errorf("questions (-want +got):\n%s", diff)
				}
				if res.LargestPassing != 2 || res.OutOfBudget {
					t.Errorf("got %+v, want 2", res)
				}
			})
		})
	}
}

// TestFindCanceledBetween cancels when nothing is being asked.
func TestFindCanceledBetween(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	probe := func(ctx context.Context, n int) (string, Verdict, error) {
		if n == 6 {
			cancel(errOperator) // too late for this question: it counts
		}
		return holds(5)(ctx, n)
	}
	res, err := Finder[string]{}.Find(ctx, probe)
	if err != errOperator || res.SmallestFailing != 6 || len(res.Steps) != 5 {
		t.Errorf("got error %v, %+v, want five steps and a failure at 6", err, res)
	}
	// The cause is not told where the search needs no more questions.
	res, err = Finder[string]{Bracket: Bracket{Max: 5, Answers: []Answer{{5, Pass}}}}.Find(ctx, probe)
	if err != nil || res.LargestPassing != 5 {
		t.Errorf("settled: got error %v, %+v", err, res)
	}
}

// TestFindOwnDeadline: a deadline of the Probe's own is not the end of ctx.
func TestFindOwnDeadline(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := Finder[int]{}.Find(ctx, func(context.Context, int) (int, Verdict, error) {
		cancel(errOperator)
		return 0, Unclear, context.DeadlineExceeded
	})
	if err != context.DeadlineExceeded {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
}

// TestStepsBreak leaves the loop: nothing more is asked, and ranging again
// begins again.
func TestStepsBreak(t *testing.T) {
	questions := 0
	steps := Finder[string]{}.Steps(t.Context(), func(ctx context.Context, n int) (string, Verdict, error) {
		questions++
		return holds(5)(ctx, n)
	})
	for range 2 {
		questions = 0
		for step, err := range steps {
			if err != nil {
				t.Fatal(err)
			}
			if step.N == 4 {
				break
			}
		}
		if questions != 3 {
			t.Errorf("asked %d, want 3", questions)
		}
	}
}
