package agentperftest

import (
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

func (t *loadTest) requests() error { return t.plain.asScheduled() }

// asScheduled returns an error unless each agent sent the requests of the schedule in order.
func (p *loadPhase) asScheduled() error {
	type thread struct {
		agent, play int
		name        string
	}
	next := make(map[thread]int)
	sent := make(map[[2]int]int) // requests of each play of each agent
	latest := make([]int, p.plan.Agents)
	seen := make(map[*dueRequest]bool)
	for i, a := range p.got {
		d := a.due
		if d == nil {
			return fmt.Errorf("request %d, on a connection of agent %d, is none of the schedule: %.200s", i, a.agent, a.body)
		}
		what := fmt.Sprintf("turn %d %sof play %d of agent %d (%s)", d.turn, inThread(d.thread), d.play, d.agent, d.id)
		of := thread{d.agent, d.play, d.thread}
		n, begun := next[of]
		switch {
		case a.agent != d.agent:
			return fmt.Errorf("%s came on a connection of agent %d", what, a.agent)
		case seen[d]:
			return fmt.Errorf("%s was sent twice", what)
		case begun && d.turn != n:
			return fmt.Errorf("%s was sent, where turn %d was next", what, n)
		case d.play > latest[d.agent]+1, d.play == latest[d.agent]+1 && sent[[2]int{d.agent, d.play - 1}] < p.plays[d.agent][d.play-1]:
			return fmt.Errorf("%s was sent before all %d requests of the play before", what, p.plays[d.agent][max(0, d.play-1)])
		case d.play < latest[d.agent]:
			return fmt.Errorf("%s was sent after the play had ended", what)
		}
		seen[d], next[of], latest[d.agent] = true, d.turn+1, d.play
		sent[[2]int{d.agent, d.play}]++
	}
	for agent := range p.plan.Agents {
		if sent[[2]int{agent, 0}] == 0 {
			return fmt.Errorf("agent %d sent nothing", agent)
		}
	}
	return nil
}

func inThread(name string) string {
	if name == "" {
		return ""
	}
	return "of subagent " + name + " "
}

func (t *loadTest) rows() error { return t.plain.hasRows() }

// hasRows returns an error unless each request that arrived has its row, and no other is there.
func (p *loadPhase) hasRows() error {
	type key struct {
		session, thread string
		turn            int32
	}
	arrived := make(map[key]*arrival)
	for i := range p.got {
		if d := p.got[i].due; d != nil {
			arrived[key{d.session, d.thread, int32(d.turn)}] = &p.got[i]
		}
	}
	ph := p.phase
	if ph.Anchor.IsZero() {
		return errors.New("Header.Anchor is zero")
	}
	if len(ph.Open) > 0 {
		return fmt.Errorf("%d rows are open although the phase has ended", len(ph.Open))
	}
	rows := make(map[key]bool)
	for i := range ph.Rows {
		r := &ph.Rows[i]
		if int(r.Play) >= len(ph.Plays) || r.Play < 0 || r.Thread < 0 || int(r.Thread) >= max(1, len(ph.Threads)) {
			return fmt.Errorf("row %d has play %d and thread %d, which are not there", i, r.Play, r.Thread)
		}
		k := key{session: ph.Plays[r.Play].Session, turn: r.Turn}
		if r.Thread > 0 {
			k.thread = ph.Threads[r.Thread]
		}
		a := arrived[k]
		if rows[k] {
			return fmt.Errorf("row %d is a second one of turn %d of session %s", i, k.turn, k.session)
		}
		rows[k] = true
		if a == nil {
			if r.Outcome == record.Canceled {
				continue // it was cut before it arrived
			}
			return fmt.Errorf("row %d, of turn %d of session %s, is of no request that arrived", i, k.turn, k.session)
		}
		if err := a.as(ph, r); err != nil {
			return fmt.Errorf("row %d, of turn %d of agent %d: %w", i, k.turn, a.due.agent, err)
		}
	}
	for k := range arrived {
		if !rows[k] {
			return fmt.Errorf("turn %d of session %s was sent and has no row", k.turn, k.session)
		}
	}
	return nil
}

// as returns an error unless a row says what arrived.
func (a *arrival) as(p *record.Phase, r *record.Row) error {
	d := a.due
	// One that was answered just as it was cut, which nothing is before the window has ended, may
	// count as either.
	answered := a.err == nil && r.End < p.WindowEnd
	apart := func(at time.Duration, seen time.Time) bool {
		return (at - seen.Sub(p.Anchor)).Abs() > loadSlack
	}
	switch {
	case int(r.Agent) != d.agent || int(p.Plays[r.Play].Agent) != d.agent:
		return fmt.Errorf("it is of agent %d, and its play of agent %d", r.Agent, p.Plays[r.Play].Agent)
	case p.Plays[r.Play].Trajectory != d.id:
		return fmt.Errorf("it is of trajectory %q, expected %q", p.Plays[r.Play].Trajectory, d.id)
	case r.Cold != d.cold:
		return fmt.Errorf("its Cold is %v, expected %v", r.Cold, d.cold)
	case int(r.MaxTokens) != d.tokens || !r.Forced:
		return fmt.Errorf("its MaxTokens is %d and Forced %v, expected %d and true", r.MaxTokens, r.Forced, d.tokens)
	case r.Begun < 0 || r.Sent < 0 || r.End < 0 || r.Begun > r.Sent+loadSlack || r.Sent > r.End || r.End > p.End+loadSlack:
		return fmt.Errorf("it was begun at %v, sent at %v and ended at %v of %v", r.Begun, r.Sent, r.End, p.End)
	case apart(r.Sent, a.at):
		return fmt.Errorf("it was sent at %v, and arrived %v after Header.Anchor", r.Sent, a.at.Sub(p.Anchor))
	case apart(r.End, a.ended):
		return fmt.Errorf("it ended at %v, and was answered %v after Header.Anchor", r.End, a.ended.Sub(p.Anchor))
	case answered && r.Outcome != record.OK:
		return fmt.Errorf("its outcome is %q: %s; it was answered", r.Outcome, p.Message(r))
	case answered && (int(r.Tokens) != d.tokens || int(r.Events) != d.tokens || !r.Reported || r.First < r.Sent || r.Last < r.First || r.Last > r.End):
		return fmt.Errorf("it has %d tokens in %d events from %v to %v, expected %d of each", r.Tokens, r.Events, r.First, r.Last, d.tokens)
	case errors.Is(a.err, errTarget) && (!r.Failed() || p.Message(r) == ""):
		return fmt.Errorf("its outcome is %q with the message %q; it failed", r.Outcome, p.Message(r))
	case a.err != nil && !errors.Is(a.err, errTarget) && r.Outcome != record.Canceled:
		return fmt.Errorf("its outcome is %q, and it was cut", r.Outcome)
	}
	return nil
}
