package agentperf

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// phaseOf has the load run a phase of which before is known. The phase is never nil, and what
// follows may rely on it: one that a Load has made badly is invalid.
func (r *run) phaseOf(ctx context.Context, plan *record.Plan, watch record.Watch, before *record.Header) (*record.Phase, error) {
	guarded, over := guard(watch, before)
	p, err := r.load.Phase(ctx, plan, guarded)
	over()
	ended := err == nil && ctx.Err() == nil
	why := ""
	if p == nil {
		if p = new(record.Phase); ended {
			why = "there is none"
		}
	}
	fill(p, before)
	switch {
	case why != "":
	case p.Ending == "" && ended:
		why = "it does not say why its window ended"
	default:
		why = misfit(p)
	}
	if why != "" {
		p = &record.Phase{Header: *before}
		p.Fault = "the load returned no such phase: " + why
	}
	if p.Ending == "" {
		if p.Ending = record.Stopped; ctx.Err() != nil {
			p.Ending = record.Interrupted
		}
	}
	return p, err
}

// fill fills in what was known of a phase before it was run.
func fill(p *record.Phase, before *record.Header) {
	p.ContextTokens = cmp.Or(p.ContextTokens, before.ContextTokens)
	p.Run, p.Index, p.Agents, p.Seed, p.Draw, p.Start, p.Pace = before.Run, before.Index, before.Agents, before.Seed, before.Draw, before.Start, before.Pace
	p.SyntheticFactor, p.Workload, p.Standings, p.HeldTokens = before.SyntheticFactor, before.Workload, before.Standings, before.HeldTokens
}

// guard returns a watch whose phases have what was known before, and which is told nothing
// once over was called. A phase under way that none can be ends at the next look.
func guard(w record.Watch, before *record.Header) (guarded record.Watch, over func()) {
	var mu sync.RWMutex // held for reading by calls, which may come at the same time
	done := false
	while := func(f func()) {
		mu.RLock()
		defer mu.RUnlock()
		if !done {
			f()
		}
	}
	if w.Look != nil {
		guarded.Look = func(p *record.Phase) (end bool) {
			while(func() { fill(p, before); end = misfitRows(p) != "" || w.Look(p) })
			return end
		}
	}
	if w.Progress != nil {
		guarded.Progress = func(now record.Progress) {
			while(func() {
				if p := now.Sofar; p != nil {
					if fill(p, before); misfitRows(p) != "" {
						now.Sofar = nil
					}
				}
				w.Progress(now)
			})
		}
	}
	if w.Ended != nil {
		guarded.Ended = func(p *record.Phase, r *record.Row) {
			while(func() {
				if fill(p, before); misfitRow(p, r) == "" {
					w.Ended(p, r)
				}
			})
		}
	}
	return guarded, func() {
		mu.Lock()
		defer mu.Unlock()
		done = true
	}
}

// misfit says what is wrong with a phase that a Load returned; empty if nothing is.
func misfit(p *record.Phase) string {
	if p.End < 0 || p.Settled < 0 || p.WindowEnd > p.End+1 { // one more, as of a request that began at the very end
		return fmt.Sprintf("the window is from %v to %v, expected 0 to the end of the phase at %v", p.Settled, p.WindowEnd, p.End)
	}
	for _, rows := range [][]record.Row{p.Rows, p.Open} {
		for i := range rows {
			if begun := rows[i].Begun; begun < 0 || begun > p.End {
				return fmt.Sprintf("row %d was begun at %v, expected 0 to the end of the phase at %v", i, begun, p.End)
			}
		}
	}
	for agent, client := range p.Owners {
		if client < 0 || int(client) >= len(p.Clients) || len(p.Owners) != p.Agents {
			return fmt.Sprintf("agent %d is of client %d, expected 0 to %d, and so for each of %d agents", agent, client, len(p.Clients)-1, p.Agents)
		}
	}
	return misfitRows(p)
}

// misfitRows says which row of a phase refers to what is not there; empty if none does. A
// phase under way may have rows that were begun while it was put together.
func misfitRows(p *record.Phase) string {
	for _, rows := range [][]record.Row{p.Rows, p.Open} {
		for i := range rows {
			if why := misfitRow(p, &rows[i]); why != "" {
				return fmt.Sprintf("row %d %s", i, why)
			}
		}
	}
	return ""
}

// misfitRow says what a row refers to that is not there; empty if nothing is missing.
func misfitRow(p *record.Phase, r *record.Row) string {
	switch {
	case r.Agent < 0 || int(r.Agent) >= p.Agents:
		return fmt.Sprintf("is of agent %d, expected 0 to %d", r.Agent, p.Agents-1)
	case r.Play < record.None || int(r.Play) >= len(p.Plays):
		return fmt.Sprintf("is of play %d, expected 0 to %d", r.Play, len(p.Plays)-1)
	case r.Thread < 0 || int(r.Thread) >= max(1, len(p.Threads)):
		return fmt.Sprintf("is of thread %d, expected 0 to %d", r.Thread, len(p.Threads)-1)
	}
	return ""
}
