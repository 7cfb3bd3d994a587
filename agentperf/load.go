package agentperf

import (
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
// [github.com/agentperf/agentperf-go/agentperf/agentperftest.TestLoad] tells whether one keeps
// to what is said here.
//
// A Load that is a fmt.Stringer names itself in ConfigEcho.Load, in a few words such as "fleet of
// 4 workers"; others are there with their type, but for a [LocalLoad], which is this process.
type Load interface {
	// Phase runs one phase, and returns soon after ctx is done; the benchmark waits for it
	// however long it takes. It is not called concurrently.
	//
	// Every agent sends what [trajectory.Schedule] says, and a request belongs to the phase
	// if it was begun: each has a row, those that failed and those that were cut included.
	// [record.Row] says what of a row a verdict rests on. The functions of watch are called
	// until Phase returns and not later. What the caller knows of a header need not be filled
	// in, here or in a phase that watch is told of: Run, Index, Agents, and all from Seed to
	// HeldTokens, of which ContextTokens is filled in only where the endpoint stated another.
	// The phase is returned beside an error too, if there is one, with what was seen until
	// then.
	//
	// What went wrong with the load itself, so that the phase says nothing of the system, is
	// in the Fault of its header: the phase is then invalid, and so is one that no phase can be,
	// such as one with rows of agents that the plan does not have. It is repeated as it was
	// planned, with the same draw, up to three times in a row. If it fails still, the rule
	// counts it as any invalid phase: under [Controlled] the number is planned once more and
	// then left alone, so that a search goes on at others and a check ends; under [Point],
	// whose numbers take one phase each, it is not. An error is for what would be so again,
	// and ends the run.
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
