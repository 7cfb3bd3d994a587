package search

import (
	"context"
	"errors"
	"sync"
)

// mostParallel bounds the questions asked at once, each of which takes a goroutine: more
// than any search over int needs to end in seven rounds.
const mostParallel = 1024

// questions returns the n to ask next, k of them if so many make sense, in increasing
// order; none if there is nothing left to ask.
func (b *Bracket) questions(k int) []int {
	next, ok := b.Next()
	switch {
	case !ok:
		return nil
	case k <= 1:
		return []int{next}
	}
	_, last, _ := b.limits()
	above, ceiling, ahead := b.open()
	// The k questions are the ends of equal parts of what is open. While no ceiling is
	// known, and where it is further up than may be asked, the highest of them is as far
	// ahead as may be.
	top, parts := min(ahead, last), k
	if ceiling != 0 && ceiling-1 <= top {
		top, parts = ceiling, k+1
	}
	span := top - above
	var ns []int
	for i := 1; i <= k; i++ {
		n := above + span/parts*i + span%parts*i/parts
		if n > above && (len(ns) == 0 || n > ns[len(ns)-1]) {
			ns = append(ns, n)
		}
	}
	return ns
}

// An answered is what a Probe returned.
type answered[E any] struct {
	evidence E
	verdict  Verdict
	err      error
}

// ask asks all questions at once and returns the answers when all are there. failed is the
// index of the first that ended in an error, which cancels the others; -1 if none did.
func ask[E any](ctx context.Context, probe Probe[E], ns []int) (answers []answered[E], failed int) {
	all, cancel := context.WithCancel(ctx)
	defer cancel()
	answers, failed = make([]answered[E], len(ns)), -1
	var mu sync.Mutex
	one := func(i int) {
		a := &answers[i]
		if a.evidence, a.verdict, a.err = probe(all, ns[i]); a.err == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if failed < 0 {
			failed = i
		}
		cancel()
	}
	if len(ns) == 1 {
		one(0)
	} else {
		var probes sync.WaitGroup
		for i := range ns {
			probes.Go(func() { one(i) })
		}
		probes.Wait()
	}
	if failed >= 0 && ctx.Err() != nil && errors.Is(answers[failed].err, ctx.Err()) {
		answers[failed].err = context.Cause(ctx)
	}
	return answers, failed
}
