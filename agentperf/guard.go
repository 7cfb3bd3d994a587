package agentperf

import (
	"fmt"
	"hash/maphash"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// A guard stands between a Load and what is told of a phase under way: phases have what was known
// before, those that none can be end at the next look, and nothing is told once end was called.
type guard struct {
	before *record.Header

	mu      sync.RWMutex // held for reading by calls, which may come at the same time
	over    bool
	decided bool // a look has ended the window

	rows  sync.Mutex
	ended rowSum // of the rows that somebody was told of
	tells bool
}

// watch returns the watch that the Load is given.
func (g *guard) watch(w record.Watch) (guarded record.Watch) {
	while := func(f func()) {
		g.mu.RLock()
		defer g.mu.RUnlock()
		if !g.over {
			f()
		}
	}
	if w.Look != nil {
		guarded.Look = func(p *record.Phase) (end bool) {
			while(func() {
				if end = p == nil; !end {
					fill(p, g.before)
					end = misfitRows(p) != "" || w.Look(p)
				}
				if end {
					g.decided = true // of calls of Look, which come one at a time
				}
			})
			return end
		}
	}
	if w.Progress != nil {
		guarded.Progress = func(now record.Progress) {
			while(func() {
				if p := now.Sofar; p != nil {
					if fill(p, g.before); misfitRows(p) != "" {
						now.Sofar = nil
					}
				}
				w.Progress(now)
			})
		}
	}
	if g.tells = w.Ended != nil; g.tells {
		guarded.Ended = func(p *record.Phase, r *record.Row) {
			while(func() {
				if p == nil || r == nil {
					return
				}
				// One of its own, which may be kept while the Load tells of another row with the same.
				own := &record.Phase{Header: p.Header, Plays: p.Plays, Threads: p.Threads, Messages: p.Messages, Owners: p.Owners}
				if fill(own, g.before); misfitRow(own, r) == "" {
					g.rows.Lock()
					g.ended.add(r)
					g.rows.Unlock()
					w.Ended(own, r)
				}
			})
		}
	}
	return guarded
}

// end makes the rest of what the Load tells nothing to anyone.
func (g *guard) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
}

// untold says that the rows of a phase are not those that were told of as they ended; empty if they
// are, or nobody was told: what is kept of requests would not be what is judged.
func (g *guard) untold(p *record.Phase) string {
	if !g.tells {
		return ""
	}
	have := rowSum{seed: g.ended.seed}
	for i := range p.Rows {
		have.add(&p.Rows[i])
	}
	switch {
	case have.n != g.ended.n:
		return fmt.Sprintf("it has %d rows, and Watch.Ended was told of %d", have.n, g.ended.n)
	case have != g.ended:
		return "its rows are not those that Watch.Ended was told of"
	}
	return ""
}

// A rowSum identifies rows in any order.
type rowSum struct {
	seed maphash.Seed
	n    int
	sum  uint64
}

func (t *rowSum) add(r *record.Row) {
	t.n++
	t.sum += maphash.Comparable(t.seed, told{r.Agent, r.Turn, r.Tokens, r.Outcome, r.Begun, r.Sent, r.First, r.Last, r.End})
}

// told is what must be alike of a row that was told of and of one that was returned.
type told struct {
	agent, turn, tokens            int32
	outcome                        record.Outcome
	begun, sent, first, last, ends time.Duration
}
