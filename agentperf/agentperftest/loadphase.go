package agentperftest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A loadTest is what the tests of the rules work with.
type loadTest struct {
	load        agentperf.Load
	target      target
	script      *replay.Script
	policy      trajectory.Policy
	digest      string
	plain, slow *loadPhase // of the first rule; slow is of slow answers
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
	t.target.expect(due)
	out := &loadPhase{plan: plan, plays: plays}
	w := &out.watched
	watch := record.Watch{
		Progress: func(p record.Progress) { w.progress.during(func() { w.told = append(w.told, p) }) },
		Ended:    func(p *record.Phase, r *record.Row) { w.ended.during(func() { w.row(p, r) }) },
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

func (t *loadTest) phase() (err error) {
	if t.plain, err = t.run(t.loadPlan(nil), nil, 0); err == nil {
		err = t.plain.ended(record.Complete)
	}
	if err != nil {
		return err
	}
	t.target.answers(manner{pace: func(*dueRequest) (first, token time.Duration) { return slowFirst, slowToken }})
	defer t.target.answers(manner{})
	t.slow, err = t.run(t.loadPlan(func(p *record.Plan) {
		p.FirstTokens, p.Measure, p.MinTotal, p.MinPerAgent = 5*time.Second, time.Second, 0, 0
	}), nil, 0)
	if err == nil {
		err = t.slow.ended(record.Complete)
	}
	return err
}

// both returns an error unless both phases of the first rule are as they should be.
func (t *loadTest) both(is func(*loadPhase) error) error {
	if err := is(t.plain); err != nil {
		return err
	}
	if err := is(t.slow); err != nil {
		return fmt.Errorf("with slow answers: %w", err)
	}
	return nil
}

// hasRows returns an error unless each request that arrived has its row, and no other is there.
func (p *loadPhase) hasRows() error { return newAccount(p.plan, p.phase, p.got).whole() }

// Of a slow answer the first token comes more than twice loadSlack after the request, and the last
// one of 12 tokens so long after the first: a row that takes one instant for another is off by more
// than a busy machine may make it. A phase of them takes 4 s.
const (
	slowFirst = 600 * time.Millisecond
	slowToken = 50 * time.Millisecond
)
