package agentperf

import (
	"cmp"
	"context"
	"fmt"
	"hash/maphash"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
)

// phaseOf has the load run a phase of which before is known. The phase is never nil, and what
// follows may rely on it: one that a Load has made badly is invalid.
func (r *run) phaseOf(ctx context.Context, plan *record.Plan, watch record.Watch, before *record.Header) (*record.Phase, error) {
	g := guard{before: before, ended: rowSum{seed: maphash.MakeSeed()}}
	p, err := r.load.Phase(ctx, plan, g.watch(watch))
	g.end()
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	ended, why := err == nil, ""
	if p == nil {
		if p = new(record.Phase); ended {
			why = "there is none"
		}
	} else {
		why = another(p, before)
	}
	fill(p, before)
	switch {
	case why != "":
	case p.Ending == "" && ended:
		why = "it does not say why its window ended"
	default:
		why = misfit(p)
	}
	if ended && why == "" && p.Fault == "" {
		why = cmp.Or(unplanned(p, plan, g.decided), r.unscheduled(p, plan), g.untold(p))
	}
	if why != "" {
		p = noPhase(before, why)
	}
	if p.Fault == "" && ended {
		p.Fault = derive.ShutOut(p, measured(p), r.shutOut)
	}
	if p.Ending == "" {
		if p.Ending = record.Stopped; ctx.Err() != nil {
			p.Ending = record.Interrupted
		}
	}
	return p, err
}

// noPhase returns what stands for a phase that a Load has made badly.
func noPhase(before *record.Header, why string) *record.Phase {
	p := &record.Phase{Header: *before}
	p.Fault = "the load returned no such phase: " + why
	return p
}

// another says that a phase says itself that it is another than was planned; empty if it does not.
func another(p *record.Phase, before *record.Header) string {
	if p.Run != "" && (p.Run != before.Run || p.Index != before.Index) {
		return fmt.Sprintf("it is phase %d of run %s, expected %d of %s", p.Index, p.Run, before.Index, before.Run)
	}
	if p.Agents != 0 && p.Agents != before.Agents {
		return fmt.Sprintf("it is of %d agents, expected %d", p.Agents, before.Agents)
	}
	return ""
}

// fill fills in what was known of a phase before it was run.
func fill(p *record.Phase, before *record.Header) {
	p.ContextTokens = cmp.Or(p.ContextTokens, before.ContextTokens)
	p.Run, p.Index, p.Agents, p.Seed, p.Draw, p.Start, p.Pace = before.Run, before.Index, before.Agents, before.Seed, before.Draw, before.Start, before.Pace
	p.SyntheticFactor, p.Workload, p.Standings, p.HeldTokens = before.SyntheticFactor, before.Workload, before.Standings, before.HeldTokens
}
