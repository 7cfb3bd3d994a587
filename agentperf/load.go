package agentperf

import (
	"cmp"
	"context"
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A Load runs the phases of a benchmark: it starts the agents of a plan, keeps them at their
// requests until the window of the phase has ended and nothing measured is waited for, and
// returns what was seen. It judges nothing. This process is the default; others are a fleet of
// machines, or a [LocalLoad] on another machine, to which a plan travels as JSON.
// agentperftest.TestLoad tells whether one keeps to what is said here.
type Load interface {
	// Phase runs one phase, and returns soon after ctx is done. It is not called concurrently.
	//
	// Every agent sends what [trajectory.Schedule] says, and a request belongs to the phase
	// if it was begun: each has a row, those that failed and those that were cut included.
	// The phase is returned beside an error too, if there is one, with what was seen until
	// then. What the caller knows of its header need not be filled in: Run, Index, Agents,
	// and all from Seed to HeldTokens, of which ContextTokens is filled in only where the
	// endpoint stated another.
	//
	// What went wrong with the load itself, so that the phase says nothing of the system, is
	// in the Fault of its header: the phase is then invalid, and planned again. An error is for
	// what would be so again, and ends the run.
	Phase(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error)
}

// A LocalLoad is a Load that runs all agents in this process. It is safe for use by one
// goroutine at a time.
type LocalLoad struct {
	// Workload is what is replayed, as it was recorded: what does not fit the context of a
	// plan is left out by it. Required.
	Workload *trajectory.Workload
	// Connect returns a new connection for an agent, as that of Config does. Required.
	Connect func(agent int) trajectory.Sender

	crew   *replay.Crew
	client *endpoint.Client // nil with a Connect of the caller's
	warn   func(agent int, err error)
}

// Phase runs a phase. The error is of a plan for another workload, or that of ctx.
func (l *LocalLoad) Phase(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
	if l.crew == nil {
		l.crew, l.warn = replay.Recruit(l.Workload), func(int, error) {}
	}
	work, err := l.crew.Work(plan, l.Connect, l.warn)
	if err != nil {
		return nil, fmt.Errorf("agentperf: %w", err)
	}
	var before endpoint.Counters
	if l.client != nil {
		before = l.client.Counters()
	}
	p, err := load.Run(ctx, load.Config{
		Shape: plan.Shape, Look: watch.Look, Progress: watch.Progress, Ended: watch.Ended, LookEvery: plan.LookEvery, Interval: load.ProgressInterval,
		Header: record.Header{ContextTokens: plan.Policy.Window},
	}, work)
	if l.client != nil {
		counted := l.client.Counters().Since(before)
		p.Reconnects = counted.Reconnects
		for _, text := range counted.Warnings() {
			p.Warnings = append(p.Warnings, metrics.Warning{Code: "connections", Text: text})
		}
	}
	return p, err
}

// complete returns a phase with what was known of it before it was run; ended is set unless
// it was broken off. One that a Load has made badly is invalid.
func complete(p *record.Phase, before record.Header, ended bool) *record.Phase {
	if p == nil {
		p = &record.Phase{}
	}
	fill(p, &before)
	if why := misfit(p, before.Agents); why != "" && ended {
		fault := "the load returned no such phase: " + why
		p = &record.Phase{Header: before}
		p.Fault, p.Ending = fault, record.Stopped
	}
	return p
}

// fill fills in what was known of a phase before it was run.
func fill(p *record.Phase, before *record.Header) {
	p.ContextTokens = cmp.Or(p.ContextTokens, before.ContextTokens)
	p.Run, p.Index, p.Agents, p.Seed, p.Draw, p.Start, p.Pace = before.Run, before.Index, before.Agents, before.Seed, before.Draw, before.Start, before.Pace
	p.SyntheticFactor, p.Workload, p.Standings, p.HeldTokens = before.SyntheticFactor, before.Workload, before.Standings, before.HeldTokens
}

// filled returns a watch whose phases have what was known before.
func filled(w record.Watch, before *record.Header) record.Watch {
	if look := w.Look; look != nil {
		w.Look = func(p *record.Phase) bool { fill(p, before); return look(p) }
	}
	if progress := w.Progress; progress != nil {
		w.Progress = func(now record.Progress) {
			if now.Sofar != nil {
				fill(now.Sofar, before)
			}
			progress(now)
		}
	}
	if ended := w.Ended; ended != nil {
		w.Ended = func(p *record.Phase, r *record.Row) { fill(p, before); ended(p, r) }
	}
	return w
}

// misfit says what is wrong with a phase that a Load returned; empty if nothing is. What
// follows relies on it.
func misfit(p *record.Phase, agents int) string {
	for _, rows := range [][]record.Row{p.Rows, p.Open} {
		for i := range rows {
			switch r := &rows[i]; {
			case r.Agent < 0 || int(r.Agent) >= agents:
				return fmt.Sprintf("row %d is of agent %d, expected 0 to %d", i, r.Agent, agents-1)
			case int(r.Play) >= len(p.Plays) || r.Play < record.None:
				return fmt.Sprintf("row %d is of play %d, expected 0 to %d", i, r.Play, len(p.Plays)-1)
			case r.Thread < 0 || int(r.Thread) >= max(1, len(p.Threads)):
				return fmt.Sprintf("row %d is of thread %d, expected 0 to %d", i, r.Thread, len(p.Threads)-1)
			case r.Begun < 0 || r.Begun > p.End:
				return fmt.Sprintf("row %d was begun at %v, expected 0 to the end of the phase at %v", i, r.Begun, p.End)
			}
		}
	}
	for agent, client := range p.Owners {
		if client < 0 || int(client) >= len(p.Clients) || len(p.Owners) != agents {
			return fmt.Sprintf("agent %d is of client %d, expected 0 to %d, and so for each of %d agents", agent, client, len(p.Clients)-1, agents)
		}
	}
	if p.Settled < 0 || p.WindowEnd > p.End {
		return fmt.Sprintf("the window is from %v to %v, expected 0 to the end of the phase at %v", p.Settled, p.WindowEnd, p.End)
	}
	if p.Ending == "" {
		return "it does not say why its window ended"
	}
	return ""
}
