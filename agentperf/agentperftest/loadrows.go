package agentperftest

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// An account is what a Load says of its requests, beside what arrived.
type account struct {
	plan  *record.Plan
	phase *record.Phase
	got   []arrival
	by    map[requestName]*arrival
}

// A requestName names a request of a phase.
type requestName struct {
	session, thread string
	turn            int32
}

func (n requestName) String() string {
	return fmt.Sprintf("turn %d %sof session %s", n.turn, inThread(n.thread), n.session)
}

func newAccount(plan *record.Plan, phase *record.Phase, got []arrival) *account {
	c := &account{plan: plan, phase: phase, got: got, by: make(map[requestName]*arrival)}
	for i := range got {
		if d := got[i].due; d != nil {
			c.by[requestName{d.session, d.thread, int32(d.turn)}] = &got[i]
		}
	}
	return c
}

// nameOf returns whose row one is. The error says what it refers to that the phase does not have.
func nameOf(p *record.Phase, r *record.Row) (requestName, error) {
	if r.Play < 0 || int(r.Play) >= len(p.Plays) || r.Thread < 0 || int(r.Thread) >= max(1, len(p.Threads)) {
		return requestName{}, fmt.Errorf("it has play %d and thread %d, and the phase %d plays and %d threads", r.Play, r.Thread, len(p.Plays), len(p.Threads))
	}
	n := requestName{session: p.Plays[r.Play].Session, turn: r.Turn}
	if r.Thread > 0 {
		n.thread = p.Threads[r.Thread]
	}
	return n, nil
}

// whole returns an error unless the account is that of a phase that has ended.
func (c *account) whole() error {
	p := c.phase
	if p.Anchor.IsZero() {
		return errors.New("Header.Anchor is zero")
	}
	if len(p.Open) > 0 {
		return fmt.Errorf("%d rows are open although the phase has ended", len(p.Open))
	}
	if n := len(p.Owners); n > 0 && n != c.plan.Agents {
		return fmt.Errorf("there are Owners of %d agents, expected %d", n, c.plan.Agents)
	}
	for agent, client := range p.Owners {
		if client < 0 || int(client) >= len(p.Clients) {
			return fmt.Errorf("agent %d is of client %d by its Owners, expected 0 to %d of its Clients", agent, client, len(p.Clients)-1)
		}
	}
	rows, err := c.ended()
	if err != nil {
		return err
	}
	for n := range c.by {
		if !rows[n] {
			return fmt.Errorf("%v was sent and has no row", n)
		}
	}
	return nil
}

// ended returns which requests have ended, and an error unless each has one row that says what
// arrived.
func (c *account) ended() (map[requestName]bool, error) {
	rows := make(map[requestName]bool)
	for i := range c.phase.Rows {
		r := &c.phase.Rows[i]
		n, err := nameOf(c.phase, r)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
		if rows[n] {
			return nil, fmt.Errorf("row %d is a second one of %v", i, n)
		}
		rows[n] = true
		a := c.by[n]
		if a == nil {
			if r.Outcome == record.Canceled {
				continue // it was cut before it arrived
			}
			return nil, fmt.Errorf("row %d, of %v, is of no request that arrived", i, n)
		}
		if err := cmp.Or(c.asked(r, a), c.timed(r, a), c.answered(r, a)); err != nil {
			return nil, fmt.Errorf("row %d, of turn %d %sof play %d of agent %d: %w", i, n.turn, inThread(n.thread), a.due.play, a.due.agent, err)
		}
	}
	return rows, nil
}

// apart reports whether an instant since the start of the phase is not one that was seen.
func (c *account) apart(at time.Duration, seen time.Time) bool {
	return (at - c.since(seen)).Abs() > loadSlack
}

// since returns an instant as rows have it.
func (c *account) since(t time.Time) time.Duration { return t.Sub(c.phase.Anchor) }
