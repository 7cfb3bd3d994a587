package format

import (
	"fmt"

	"github.com/agentperf/agentperf-go/trajectory"
)

// trajectory makes turns of the requests of a thread.
func (d *wekaDecoder) trajectory(t *wekaThread, id string) *trajectory.Trajectory {
	trj := &trajectory.Trajectory{ID: id, Source: d.file}
	var turns, subagents []*wekaRequest
	for i := range t.requests {
		r := &t.requests[i]
		if r.subagent != nil {
			subagents = append(subagents, r)
			continue
		}
		if r.context == nil {
			continue // a subagent without requests
		}
		if n := len(turns); n > 0 && r.start < turns[n-1].start {
			d.note(id, n, trajectory.SeverityWarning, ruleClock, fmt.Sprintf(
				"%s starts at %v s, before the previous request at %v s", r.field, r.start, turns[n-1].start))
		}
		turns = append(turns, r)
		trj.Turns = append(trj.Turns, trajectory.Turn{
			History: r.context, PromptTokens: r.in, OutputTokens: r.out, CompletionTokens: r.out,
			ModelTime: seconds(r.apiTime), Origins: trajectory.Origins{Text: trajectory.Synthetic},
		})
		trj.ContextTokens = max(trj.ContextTokens, r.in+r.out)
	}
	if len(turns) == 0 {
		d.note(id, -1, trajectory.SeverityWarning, ruleNoCalls, "no requests; left out")
		return nil
	}
	for i := 1; i < len(turns); i++ {
		wait, origin := wekaWait(turns[i-1], turns[i])
		setWait(&trj.Turns[i-1], wait, turns[i].typed, origin)
	}
	for n, r := range subagents {
		d.attach(trj, turns, r, n)
	}
	return trj
}

// wekaWait returns the seconds between the end of a request and the next one.
func wekaWait(from, to *wekaRequest) (float64, trajectory.Origin) {
	switch {
	case to.think >= 0:
		return to.think, trajectory.Recorded
	case from.apiTime >= 0:
		return max(0, to.start-from.end()), trajectory.Derived
	default: // includes the time of the answer
		return max(0, to.start-from.start), trajectory.Estimated
	}
}

// attach adds a subagent to the trajectory.
//
// In the traces of kv-cache-tester, a subagent's own time is its end, and the
// times of its requests count from its start; in others both are absolute. The
// parent's recorded wait includes the subagent's time. A replay waits for the
// subagent itself, so only the wait after its end is kept.
func (d *wekaDecoder) attach(trj *trajectory.Trajectory, turns []*wekaRequest, r *wekaRequest, n int) {
	sub := r.subagent
	name := sub.id
	if name == "" {
		name = fmt.Sprintf("subagent-%d", n)
	}
	child := d.trajectory(sub, trj.ID+"/"+name)
	if child == nil {
		return
	}
	first, last := sub.requests[0].start, &sub.requests[len(sub.requests)-1]
	start := r.start // absolute
	if first == 0 && r.start > 0 {
		// Without a duration, the time is when the subagent was started.
		start = r.start - max(0, r.duration)
	} else if first > 0 {
		start = first
	}
	end := start + last.end() - first
	// Times are rounded to whole seconds.
	const slack = 1
	s := trajectory.Subagent{Trajectory: child, After: -1}
	for i, p := range turns {
		if p.start < start && p.end() <= start+slack {
			s.After = i
		}
	}
	if s.After >= 0 {
		s.Delay = seconds(max(0, start-turns[s.After].end()))
	} else {
		s.Delay = seconds(max(0, start-turns[0].start))
	}
	for i := s.After + 1; i < len(turns) && !r.async; i++ {
		if i > 0 && turns[i].start >= end-slack {
			s.Join = i
			break
		}
	}
	if s.Join > 0 {
		before, typed := &trj.Turns[s.Join-1], turns[s.Join].typed
		rest := max(0, turns[s.Join].start-max(end, turns[s.Join-1].end()))
		was := before.ToolDelay + before.HumanDelay
		setWait(before, min(rest, was.Seconds()), typed, trajectory.Derived)
	}
	trj.Subagents = append(trj.Subagents, s)
}

func (d *wekaDecoder) note(id string, turn int, s trajectory.Severity, rule, text string) {
	d.rd.note(trajectory.Finding{File: d.file, Trajectory: id, Turn: turn, Severity: s, Rule: rule, Text: text})
}
