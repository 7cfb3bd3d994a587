package trajectory

import (
	"context"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
)

// A tree is one play of a trajectory with subagents. Each live thread has a goroutine
// and a lane; results are passed on one at a time.
type tree struct {
	r       *Replayer
	ctx     context.Context
	cancel  context.CancelFunc
	results chan delivery
	threads sync.WaitGroup

	mu   sync.Mutex
	last time.Time // when the next play is due
}

// A delivery is a result whose thread waits to be told whether to go on.
type delivery struct {
	Result
	taken chan bool
}

func (r *Replayer) playTree(ctx context.Context, p Play, yield func(Result) bool) time.Time {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := &tree{r: r, ctx: ctx, cancel: cancel, results: make(chan delivery), last: r.due}
	t.threads.Go(func() { t.play(p, r.due) })
	go func() {
		t.threads.Wait()
		close(t.results)
	}()
	wanted := true
	defer func() { // yield may panic
		cancel()
		for d := range t.results {
			d.taken <- false
		}
	}()
	for d := range t.results {
		if wanted {
			wanted = t.deliver(d, yield)
			continue
		}
		d.taken <- false
	}
	return t.last
}

// deliver passes a result on and tells its thread whether to go on. It reports whether
// more results are wanted.
func (t *tree) deliver(d delivery, yield func(Result) bool) (wanted bool) {
	defer func() {
		if !wanted {
			t.cancel()
		}
		d.taken <- wanted
	}()
	return yield(d.Result)
}

// play plays one trajectory of the tree, from where it stands at the given time, and
// starts its subagents. It returns when its last response ended, without the time that the
// client spent on results since.
func (t *tree) play(p Play, from time.Time) (end time.Time) {
	subagents := p.Trajectory.Subagents
	ended := make([]chan time.Time, len(subagents)) // nil until started
	begin := func(k int, from time.Time, at *standing) {
		child := Play{
			Trajectory: subagents[k].Trajectory, Session: p.Session, Prefix: p.Prefix,
			seed: p.seed*0x9e3779b97f4a7c15 + uint64(k) + 1, below: true, subagent: subagents[k].Trajectory.ID,
		}
		if at != nil {
			child.standing, child.Start = at, at.turn
		}
		ended[k] = make(chan time.Time, 1)
		t.threads.Go(func() { ended[k] <- t.play(child, from) })
	}
	start := func(i int, at time.Time) {
		for k := range subagents {
			if s := &subagents[k]; s.After == i {
				begin(k, at.Add(t.r.policy.toolDelay(s.Delay)), nil)
			}
		}
	}
	wait := func(i int) (last time.Time, ok bool) {
		for k := range subagents {
			if subagents[k].Join != i || ended[k] == nil {
				continue
			}
			select {
			case at := <-ended[k]:
				last = instant.Later(last, at)
			case <-t.ctx.Done():
				return last, false
			}
		}
		return last, true
	}
	switch {
	case p.standing != nil:
		for k, at := range p.standing.subagents {
			if at != nil {
				begin(k, from, at)
			}
		}
		if p.Start == len(p.Trajectory.Turns) {
			return from // others below may be live
		}
	case p.Start == 0:
		start(-1, from)
	}
	lane := t.r.lane()
	end, due := lane.play(t.ctx, p, from, subagentHooks{start, wait}, t.yield)
	t.r.release(lane)
	t.mu.Lock()
	t.last = instant.Later(t.last, due)
	t.mu.Unlock()
	return end
}

// yield hands a result over and reports whether to go on.
func (t *tree) yield(res Result) bool {
	d := delivery{res, make(chan bool)}
	t.results <- d
	return <-d.taken
}
