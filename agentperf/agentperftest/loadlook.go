package agentperftest

import (
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

func (t *loadTest) look() error {
	const want = 3
	plan := t.loadPlan(func(p *record.Plan) {
		p.Measure, p.LookEvery, p.Timeout, p.Drain = 5*time.Second, 600*time.Millisecond, 8*time.Second, 0
	})
	// Two agents have a request open at each look, one without a token.
	t.target.answers(manner{pace: func(d *dueRequest) (first, token time.Duration) {
		switch {
		case d.agent == 2 && d.play > 0:
			return never, never
		case d.agent == 3 && d.play > 0:
			return loadToken, never
		}
		return loadToken, loadToken
	}})
	defer t.target.answers(manner{})
	var at []time.Time
	var wrong error
	p, err := t.run(plan, func(p *record.Phase) bool {
		now := time.Now()
		at = append(at, now)
		switch {
		case wrong != nil:
		case p == nil:
			wrong = errors.New("watch.Look was given no phase")
		default:
			got, _ := t.target.take()
			wrong = newAccount(plan, p, got).shown(now)
		}
		return len(at) >= want
	}, 0)
	if err == nil {
		err = errors.Join(wrong, p.watched.looks.err("watch.Look"))
	}
	if err == nil {
		err = p.ended(record.Decided)
	}
	if err != nil {
		return err
	}
	h := &p.phase.Header
	if len(at) != want || len(h.Looks) != want {
		return fmt.Errorf("watch.Look was called %d times, and the phase has %d looks, expected %d", len(at), len(h.Looks), want)
	}
	for i := range at {
		due, called := h.Settled+time.Duration(i+1)*plan.LookEvery, at[i].Sub(h.Anchor)
		if (called-due).Abs() > loadSlack || (h.Looks[i]-due).Abs() > loadSlack {
			return fmt.Errorf("watch.Look was called %v after Header.Anchor, and Header.Looks says %v, expected look %d at %v: Plan.LookEvery is %v and the window began at %v", called, h.Looks[i], i, due, plan.LookEvery, h.Settled)
		}
	}
	if end, last := h.WindowEnd, at[want-1].Sub(h.Anchor); (end - last).Abs() > loadSlack {
		return fmt.Errorf("the window ended at %v, and Look returned true at %v", end, last)
	}
	return p.hasRows()
}

// shown returns an error unless the account is what was to be known at a look: rows of what had
// ended, and of what was open. What happened within loadSlack may be there or not.
func (c *account) shown(now time.Time) error {
	p := c.phase
	switch since := c.since(now); {
	case p.Anchor.IsZero() || since < p.Settled:
		return fmt.Errorf("watch.Look was called %v after Header.Anchor, and the window began at %v", since, p.Settled)
	case p.Ending != "":
		return fmt.Errorf("watch.Look was given a window that has ended: %q", p.Ending)
	}
	ended, err := c.ended()
	if err != nil {
		return fmt.Errorf("watch.Look was given %w", err)
	}
	open, err := c.open(now)
	if err != nil {
		return fmt.Errorf("watch.Look was given %w", err)
	}
	long := now.Add(-loadSlack)
	for n, a := range c.by {
		switch {
		case open[n] && ended[n]:
			return fmt.Errorf("watch.Look was given %v both in Rows and in Open", n)
		case ended[n] && a.ended.IsZero():
			return fmt.Errorf("watch.Look was given %v in Rows, which the target was answering", n)
		case open[n] && !a.ended.IsZero() && a.ended.Before(long):
			return fmt.Errorf("watch.Look was given %v in Open, which was answered %v before", n, now.Sub(a.ended))
		case !open[n] && !ended[n] && a.at.Before(long):
			return fmt.Errorf("watch.Look was given no row of %v, which arrived %v before", n, now.Sub(a.at))
		}
	}
	return nil
}

// open returns the requests that are said to be open, and an error unless their rows say what
// has happened of them.
func (c *account) open(now time.Time) (map[requestName]bool, error) {
	open := make(map[requestName]bool)
	for i := range c.phase.Open {
		r := &c.phase.Open[i]
		n, err := nameOf(c.phase, r)
		if err != nil {
			return nil, fmt.Errorf("open row %d: %w", i, err)
		}
		open[n] = true
		a := c.by[n]
		if a == nil {
			if since := c.since(now) - r.Begun; since > loadSlack {
				return nil, fmt.Errorf("open row %d, of %v, which was begun %v before and has not arrived", i, n, since)
			}
			continue
		}
		switch err = c.asked(r, a); {
		case err != nil:
		case r.Outcome != record.Open || r.End != record.None:
			err = fmt.Errorf("its outcome is %q and its End %v, expected none of an open one", r.Outcome, r.End)
		case c.apart(r.Begun, a.at):
			err = fmt.Errorf("it was begun at %v, and arrived %v after Header.Anchor", r.Begun, c.since(a.at))
		case len(a.sent) == 0 && r.First != record.None:
			err = fmt.Errorf("its First is %v, and the target has sent no token", r.First)
		case len(a.sent) > 0 && c.apart(r.First, a.sent[0]) && (r.First != record.None || now.Sub(a.sent[0]) > loadSlack):
			err = fmt.Errorf("its First is %v, and the target sent the first token %v after Header.Anchor", r.First, c.since(a.sent[0]))
		}
		if err != nil {
			return nil, fmt.Errorf("open row %d, of %v: %w", i, n, err)
		}
	}
	return open, nil
}
