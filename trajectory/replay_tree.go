package trajectory

import (
	"context"
	"sync"
	"time"
)

// A tree is one play of a trajectory with subagents: a goroutine and a
// connection for each live thread, whose results are passed on one at a time.
type tree struct {
	r       *Replayer
	ctx     context.Context
	results chan delivery
	threads sync.WaitGroup

	mu   sync.Mutex
	last time.Time // when what follows the play is due
}

// A delivery is a result whose thread waits to hear whether to go on.
type delivery struct {
	Result
	taken chan bool
}

func (r *Replayer) playTree(ctx context.Context, p Play, yield func(Result) bool) time.Time {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := &tree{r: r, ctx: ctx, results: make(chan delivery), last: r.due}
	t.threads.Go(func() { t.play(p, r.due) })
	go func() {
		t.threads.Wait()
		close(t.results)
	}()
	wanted := true
	for d := range t.results {
		if wanted && !yield(d.Result) {
			wanted = false
			cancel()
		}
		d.taken <- wanted
	}
	return t.last
}

// play plays one trajectory of the tree, and starts the subagents of it.
func (t *tree) play(p Play, due time.Time) {
	subagents := p.Trajectory.Subagents
	ended := make([]chan time.Time, len(subagents)) // nil until started
	start := func(i int, at time.Time) {
		for k := range subagents {
			s := &subagents[k]
			if s.After != i || ended[k] != nil {
				continue
			}
			ended[k] = make(chan time.Time, 1)
			due := at.Add(t.r.policy.toolDelay(s.Delay))
			child := Play{
				Trajectory: s.Trajectory, Session: p.Session, Prefix: p.Prefix,
				seed: p.seed*0x9e3779b97f4a7c15 + uint64(k) + 1, subagent: s.Trajectory.ID,
			}
			t.threads.Go(func() {
				t.play(child, due)
				ended[k] <- time.Now()
			})
		}
	}
	wait := func(i int) (last time.Time, ok bool) {
		for k := range subagents {
			if subagents[k].Join != i || ended[k] == nil {
				continue
			}
			select {
			case at := <-ended[k]:
				last = later(last, at)
			case <-t.ctx.Done():
				return last, false
			}
		}
		return last, true
	}
	if p.Start == 0 {
		start(-1, due)
	}
	thread := t.r.thread()
	due = thread.play(t.ctx, p, due, kin{start, wait}, t.yield)
	t.r.release(thread)
	t.mu.Lock()
	t.last = later(t.last, due)
	t.mu.Unlock()
}

// yield passes a result on and reports whether to go on.
func (t *tree) yield(res Result) bool {
	d := delivery{res, make(chan bool)}
	t.results <- d
	return <-d.taken
}
