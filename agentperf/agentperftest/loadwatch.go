package agentperftest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

func (t *loadTest) told() error {
	p := t.plain
	w := &p.watched
	if err := errors.Join(w.progress.err("watch.Progress"), w.ended.err("watch.Ended")); err != nil {
		return err
	}
	if len(w.told) < 2 {
		return fmt.Errorf("watch.Progress was told %d times in %v", len(w.told), p.phase.End)
	}
	for i, now := range w.told {
		switch {
		case now.Stage != "spawning" && now.Stage != "settling" && now.Stage != "measuring" && now.Stage != "finishing":
			return fmt.Errorf("watch.Progress was told of the stage %q", now.Stage)
		case now.Up > p.plan.Agents || now.Attempts > len(p.phase.Rows) || now.Elapsed < 0 || now.Elapsed > p.phase.End+loadSlack:
			return fmt.Errorf("watch.Progress was told of %d agents, %d attempts and %v, where the phase has %d, %d and %v", now.Up, now.Attempts, now.Elapsed, p.plan.Agents, len(p.phase.Rows), p.phase.End)
		case i > 0 && (now.Elapsed < w.told[i-1].Elapsed || now.Attempts < w.told[i-1].Attempts):
			return errors.New("watch.Progress was told of less than before")
		}
	}
	if last := w.told[len(w.told)-1]; last.Attempts == 0 || last.Up == 0 {
		return fmt.Errorf("watch.Progress was told of %d requests of %d agents in the end", last.Attempts, last.Up)
	}
	if len(w.rows) != len(p.phase.Rows) {
		return fmt.Errorf("watch.Ended was told of %d rows, and the phase has %d", len(w.rows), len(p.phase.Rows))
	}
	rows := make(map[requestName]record.Row)
	for i, told := range w.rows {
		if told.err != nil {
			return fmt.Errorf("watch.Ended was told of row %d: %w", i, told.err)
		}
		rows[told.of] = told.Row
	}
	for i := range p.phase.Rows {
		r := &p.phase.Rows[i]
		n, err := nameOf(p.phase, r)
		if err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
		told, ok := rows[n]
		if !ok {
			return fmt.Errorf("watch.Ended was not told of row %d, of %v", i, n)
		}
		if told.Outcome != r.Outcome || told.Tokens != r.Tokens || (told.End-r.End).Abs() > loadSlack {
			return fmt.Errorf("watch.Ended was told %q, %d tokens, the end at %v of row %d, which has %q, %d tokens, the end at %v", told.Outcome, told.Tokens, told.End, i, r.Outcome, r.Tokens, r.End)
		}
	}
	return nil
}

func (t *loadTest) canceled() error {
	p, err := t.run(t.loadPlan(func(p *record.Plan) { p.Measure = time.Minute }), nil, time.Second)
	switch {
	case err != nil:
		return err
	case p.err == nil:
		return errors.New("it returned nil")
	case !errors.Is(p.err, errLoadCanceled) && !errors.Is(p.err, context.Canceled):
		return fmt.Errorf("it returned an error that wraps neither ctx.Err() nor its cause: %w", p.err)
	case p.phase == nil:
		return errors.New("it returned no phase, although requests had been sent")
	case p.phase.Ending != record.Interrupted:
		return fmt.Errorf("the window ended with %q, expected %q", p.phase.Ending, record.Interrupted)
	case p.open > 0:
		return fmt.Errorf("%d requests were open although Phase had returned", p.open)
	}
	return p.hasRows()
}

func (t *loadTest) draws() error {
	brief := func(p *record.Plan) { p.Fixed, p.Measure, p.Drain = true, 300*time.Millisecond, 0 }
	for _, change := range []struct {
		what string
		do   func(*record.Plan)
	}{
		{"the second phase, with the same draw", func(p *record.Plan) { p.Index = 1 }},
		{"another draw", func(p *record.Plan) { p.Index, p.Draw = 2, 1 }},
		{"the steady state", func(p *record.Plan) {
			p.Index, p.Steady, p.Pace = 3, true, record.Pace{First: 0.01, Token: 0.01}
		}},
		{"Assigned", func(p *record.Plan) {
			p.Index, p.Assigned = 4, [][]string{{"load-3", "load-1"}, {"load-4"}, {"load-0"}, {"load-2"}}
		}},
	} {
		p, err := t.run(t.loadPlan(func(p *record.Plan) { brief(p); change.do(p) }), nil, 0)
		if err == nil {
			err = p.ended(record.Complete)
		}
		if err == nil {
			err = errors.Join(p.asScheduled(), p.hasRows())
		}
		if err != nil {
			return fmt.Errorf("%s: %w", change.what, err)
		}
	}
	return nil
}

func (t *loadTest) anotherWorkload() error {
	digest := []byte(t.digest)
	digest[0] ^= 1
	p, err := t.runDue(t.loadPlan(func(p *record.Plan) { p.Workload, p.Timeout = string(digest), 3*time.Second }), nil, nil, nil, 0)
	switch {
	case err != nil:
		return err
	case p.err == nil:
		return errors.New("it returned nil")
	case len(p.got) > 0:
		return fmt.Errorf("%d requests were sent", len(p.got))
	}
	return nil
}
