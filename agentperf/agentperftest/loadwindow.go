package agentperftest

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

func (t *loadTest) spawning() error {
	p := t.plain
	first := make([]time.Time, p.plan.Agents)
	for _, a := range p.got {
		if d := a.due; d != nil && first[d.agent].IsZero() {
			first[d.agent] = a.at
		}
	}
	for agent, at := range first {
		due := p.plan.Due(agent)
		if after := at.Sub(p.phase.Anchor); after < due-loadSlack/5 || after > due+loadSlack {
			return fmt.Errorf("agent %d sent its first request %v after Header.Anchor, expected %v", agent, after, due)
		}
	}
	if p.phase.AllUp != p.plan.Ramp() || p.phase.Up != p.plan.Agents {
		return fmt.Errorf("header has AllUp %v and Up %d, expected %v and %d", p.phase.AllUp, p.phase.Up, p.plan.Ramp(), p.plan.Agents)
	}
	return nil
}

func (t *loadTest) window() error { return t.both((*loadPhase).rightWindow) }

func (p *loadPhase) rightWindow() error {
	h := &p.phase.Header
	from, due := p.plan.Ramp()+p.plan.Settle, p.opens()
	switch took := p.returned.Sub(p.began); {
	case h.Settled < from || (h.Settled-due).Abs() > loadSlack:
		return fmt.Errorf("the window began at %v, expected %v: %v after the last start, and at most %v more until each agent has a token", h.Settled, due, p.plan.Settle, p.plan.FirstTokens)
	case h.Window() < p.plan.Measure:
		return fmt.Errorf("the window is %v long, expected %v or more", h.Window(), p.plan.Measure)
	case h.WindowEnd > h.End || h.End > took+loadSlack:
		return fmt.Errorf("the window ended at %v and the phase at %v; Phase took %v", h.WindowEnd, h.End, took)
	}
	measured := make([]int, p.plan.Agents)
	for i := range p.phase.Rows {
		r := &p.phase.Rows[i]
		if !h.Measured(r) || r.Agent < 0 || int(r.Agent) >= len(measured) { // what "rows" is about
			continue
		}
		measured[r.Agent]++
		if r.Outcome == record.Canceled && !p.plan.Fixed {
			return fmt.Errorf("row %d began in the window, at %v, and was cut", i, r.Begun)
		}
	}
	for agent, n := range measured {
		if n == 0 {
			return fmt.Errorf("agent %d began no request in the window", agent)
		}
	}
	return nil
}

// opens returns when the window is to begin, by when the target sent first tokens.
func (p *loadPhase) opens() time.Duration {
	from := p.plan.Ramp() + p.plan.Settle
	latest := from + p.plan.FirstTokens
	seen := make(map[int]bool)
	for _, a := range p.got {
		if a.due == nil || seen[a.due.agent] {
			continue
		}
		seen[a.due.agent] = true
		if len(a.sent) == 0 {
			return latest
		}
		from = max(from, a.sent[0].Sub(p.phase.Anchor))
	}
	return min(from, latest)
}

func (t *loadTest) minima() error {
	plan := t.loadPlan(func(p *record.Plan) { p.Measure, p.MinTotal, p.MinPerAgent = time.Millisecond, 16, 3 })
	p, err := t.run(plan, nil, 0)
	if err == nil {
		err = p.ended(record.Complete)
	}
	if err != nil {
		return err
	}
	h := &p.phase.Header
	completed := func(until time.Duration) (total, least int) {
		of := make([]int, plan.Agents)
		for _, a := range p.got {
			if at := a.ended.Sub(h.Anchor); a.due != nil && a.due.last && a.due.whole && at >= h.Settled && at <= until {
				of[a.due.agent]++
				total++
			}
		}
		least = total
		for _, n := range of {
			least = min(least, n)
		}
		return total, least
	}
	most, mostLeast := completed(h.WindowEnd + loadSlack)
	early, earlyLeast := completed(h.WindowEnd - loadSlack)
	switch {
	case h.Completed < plan.MinTotal || h.Least < plan.MinPerAgent:
		return fmt.Errorf("%d trajectories were completed, %d by the slowest agent, expected %d and %d", h.Completed, h.Least, plan.MinTotal, plan.MinPerAgent)
	case h.Completed > most || h.Least > mostLeast:
		return fmt.Errorf("header has Completed %d and Least %d; the requests that arrived are %d and %d", h.Completed, h.Least, most, mostLeast)
	case early >= plan.MinTotal && earlyLeast >= plan.MinPerAgent:
		return fmt.Errorf("the window ended at %v, more than %v after all was completed", h.WindowEnd, loadSlack)
	}
	return p.hasRows()
}

func (t *loadTest) timeout() error {
	// One agent hangs in the window, and another before it, which the window waits for no longer
	// than FirstTokens, until 0.7 s. The seventh play of an agent begins at 0.9 s or later.
	t.target.answers(manner{pace: func(d *dueRequest) (first, token time.Duration) {
		if d.agent == 0 && d.play >= 6 || d.agent == 1 {
			return never, never
		}
		return loadToken, loadToken
	}})
	defer t.target.answers(manner{})
	plan := t.loadPlan(func(p *record.Plan) {
		p.FirstTokens, p.Measure, p.Timeout, p.Patience, p.Drain = 200*time.Millisecond, 500*time.Millisecond, 1500*time.Millisecond, 500*time.Millisecond, 0
	})
	p, err := t.run(plan, nil, 0)
	if err == nil {
		err = p.ended(record.TimedOut)
	}
	if err != nil {
		return err
	}
	switch h, due := &p.phase.Header, p.opens(); {
	case (h.Settled - due).Abs() > loadSlack:
		return fmt.Errorf("the window began at %v, expected %v: %v after it could have, since an agent has no token", h.Settled, due, plan.FirstTokens)
	case h.WindowEnd < plan.Timeout || h.WindowEnd > plan.Timeout+loadSlack:
		return fmt.Errorf("the window ended at %v, expected %v", h.WindowEnd, plan.Timeout)
	case h.Straddling != 1 || h.Least != 0:
		return fmt.Errorf("header has Straddling %d and Least %d, where one agent got no answer at all", h.Straddling, h.Least)
	case h.End > h.WindowEnd+plan.Patience+4*loadSlack:
		return fmt.Errorf("the phase ended at %v, %v after the window, expected %v", h.End, h.End-h.WindowEnd, plan.Patience)
	}
	return p.hasRows()
}

func (t *loadTest) givingUp() error {
	t.target.answers(manner{fails: true})
	defer t.target.answers(manner{})
	p, err := t.run(t.loadPlan(func(p *record.Plan) { p.GiveUp, p.Timeout = 2, 15*time.Second }), nil, 0)
	if err == nil {
		err = p.ended(record.Dead)
	}
	if err != nil {
		return err
	}
	if n := len(p.phase.Rows); n < 2*p.plan.Agents {
		return fmt.Errorf("the phase ended after %d failures, expected %d", n, 2*p.plan.Agents)
	}
	return p.hasRows()
}
