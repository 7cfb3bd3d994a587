package agentperftest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A loadTest is what the tests of the rules work with.
type loadTest struct {
	load   agentperf.Load
	target target
	script *replay.Script
	policy trajectory.Policy
	digest string
	plain  *loadPhase // of the first rule
}

func newLoadTest(newLoad func(LoadTarget) (agentperf.Load, error)) (*loadTest, error) {
	t := &loadTest{policy: trajectory.Policy{Model: "target", Output: trajectory.OutputExact}.Resolve()}
	w := loadSessions()
	t.script, t.digest = replay.NewScript(w), replay.Digest(w, &t.policy)
	load, err := newLoad(LoadTarget{Workload: loadSessions(), Connect: t.target.connect, Handler: &t.target})
	if err == nil && load == nil {
		err = errors.New("it returned nil")
	}
	if err != nil {
		return nil, fmt.Errorf("newLoad: %w", err)
	}
	t.load = load
	return t, nil
}

// A loadPhase is a phase that was run, and what was seen of it from outside.
type loadPhase struct {
	plan     *record.Plan
	plays    [][]int // requests of each play of each agent
	got      []arrival
	open     int // requests once Phase had returned
	phase    *record.Phase
	err      error
	began    time.Time
	returned time.Time
	watched  watched
}

// watched is what a watch was told.
type watched struct {
	progress, looks, ended calls
	told                   []record.Progress
	rows                   []record.Row
}

// calls are those of one function of a watch.
type calls struct {
	running  atomic.Int32
	over     atomic.Bool // Phase has returned
	overlaps atomic.Bool
	late     atomic.Bool
}

// during calls f, and notes other calls at the same time or too late.
func (c *calls) during(f func()) {
	if c.running.Add(1) > 1 {
		c.overlaps.Store(true)
	}
	if c.over.Load() {
		c.late.Store(true)
	}
	for range 20 { // so that a concurrent call is seen; a sleep would hold up the load
		runtime.Gosched()
	}
	if !c.overlaps.Load() && !c.late.Load() {
		f()
	}
	c.running.Add(-1)
}

func (c *calls) err(name string) error {
	switch {
	case c.overlaps.Load():
		return fmt.Errorf("%s was called concurrently with itself", name)
	case c.late.Load():
		return fmt.Errorf("%s was called after Phase had returned", name)
	}
	return nil
}

// loadSlack is what instants may differ by: much of it is for a busy machine.
const loadSlack = 250 * time.Millisecond

// errLoadStuck is the error of a phase that takes a minute longer than its plan.
var errLoadStuck = errors.New("it did not return; nothing else was tested")

// run runs a phase. look is asked at each look; cancel is when ctx is done after the start, 0
// for never.
func (t *loadTest) run(plan *record.Plan, look func(*record.Phase) bool, cancel time.Duration) (*loadPhase, error) {
	due, plays, err := t.dueRequests(plan)
	if err != nil {
		return nil, err
	}
	return t.runDue(plan, due, plays, look, cancel)
}

func (t *loadTest) runDue(plan *record.Plan, due map[string]*dueRequest, plays [][]int, look func(*record.Phase) bool, cancel time.Duration) (*loadPhase, error) {
	t.target.mu.Lock()
	silent, fails := t.target.silent, t.target.fails
	t.target.mu.Unlock()
	t.target.expect(due, silent, fails)
	out := &loadPhase{plan: plan, plays: plays}
	w := &out.watched
	watch := record.Watch{
		Progress: func(p record.Progress) { w.progress.during(func() { w.told = append(w.told, p) }) },
		Ended:    func(_ *record.Phase, r *record.Row) { w.ended.during(func() { w.rows = append(w.rows, *r) }) },
	}
	if look != nil {
		watch.Look = func(p *record.Phase) (end bool) {
			w.looks.during(func() { end = look(p) })
			return end
		}
	}
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	limit := plan.Ramp() + plan.Settle + plan.Measure + time.Minute
	if cancel > 0 {
		time.AfterFunc(cancel, func() { stop(errLoadCanceled) })
		limit = cancel + soon
	}
	own, done := *plan, make(chan struct{})
	go func() {
		defer close(done)
		out.began = time.Now()
		out.phase, out.err = t.load.Phase(ctx, &own, watch)
		out.returned = time.Now()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		return nil, fmt.Errorf("%w (after %v)", errLoadStuck, limit)
	}
	for _, c := range []*calls{&w.progress, &w.looks, &w.ended} {
		c.over.Store(true)
	}
	time.Sleep(2 * late) // for what may not happen: calls and requests
	out.got, out.open = t.target.take()
	for _, a := range out.got {
		// A server sees a little later what was sent, and that it was cut.
		if after := a.at.Sub(out.returned); after > late {
			return nil, fmt.Errorf("a request was sent %v after Phase had returned", after)
		}
	}
	return out, nil
}

// errLoadCanceled is the cause of the contexts that end.
var errLoadCanceled = errors.New("the test of a Load canceled this phase")

// ended returns an error unless a phase ended as it should have.
func (p *loadPhase) ended(why record.Ending) error {
	switch {
	case p.err != nil:
		return fmt.Errorf("it failed: %w", p.err)
	case p.phase == nil:
		return errors.New("it returned neither a phase nor an error")
	case p.phase.Fault != "":
		return fmt.Errorf("the phase has a fault: %s", p.phase.Fault)
	case p.phase.Ending != why:
		return fmt.Errorf("the window ended with %q, expected %q", p.phase.Ending, why)
	case p.open > 0:
		return fmt.Errorf("%d requests were open although Phase had returned", p.open)
	}
	return nil
}

func (t *loadTest) phase() error {
	p, err := t.run(t.loadPlan(nil), nil, 0)
	if err != nil {
		return err
	}
	t.plain = p
	return p.ended(record.Complete)
}
