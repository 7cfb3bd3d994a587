package agentperftest

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

func (t *loadTest) fixed() error {
	plan := t.loadPlan(func(p *record.Plan) { p.Fixed, p.Measure, p.Drain, p.MinTotal = true, 600*time.Millisecond, 0, 1000 })
	p, err := t.run(plan, nil, 0)
	if err == nil {
		err = p.ended(record.Complete)
	}
	if err == nil {
		err = p.rightWindow()
	}
	if err != nil {
		return err
	}
	if h := &p.phase.Header; h.Window() != plan.Measure || h.End > h.WindowEnd+4*loadSlack {
		return fmt.Errorf("the window is %v long and the phase ended %v later, expected %v and at once", h.Window(), h.End-h.WindowEnd, plan.Measure)
	}
	if err := p.hasRows(); err != nil {
		return err
	}
	return t.drained()
}

// drained returns an error unless requests that are open at the end of a Fixed window may go on
// for Drain.
func (t *loadTest) drained() error {
	const answered = 1300 * time.Millisecond // half a second after the window, and before Drain is over
	t.target.answers(manner{pace: func(d *dueRequest) (first, token time.Duration) {
		switch d.agent {
		case 0:
			return answered, loadToken
		case 1:
			return never, never
		}
		return loadToken, loadToken
	}})
	defer t.target.answers(manner{})
	plan := t.loadPlan(func(p *record.Plan) { p.Fixed, p.Measure, p.Drain = true, 300*time.Millisecond, time.Second })
	p, err := t.run(plan, nil, 0)
	if err == nil {
		err = p.ended(record.Complete)
	}
	if err != nil {
		return err
	}
	for _, a := range p.got {
		if a.due == nil || a.due.agent > 1 {
			continue
		}
		end := a.ended.Sub(p.phase.Anchor) - p.phase.WindowEnd
		switch {
		case a.due.agent == 0 && a.err != nil:
			return fmt.Errorf("a request was cut %v after the window, expected %v: it would have been answered before", end, plan.Drain)
		case a.due.agent == 1 && (end-plan.Drain).Abs() > loadSlack:
			return fmt.Errorf("a request that was not answered was cut %v after the window, expected %v", end, plan.Drain)
		}
	}
	return p.hasRows()
}
