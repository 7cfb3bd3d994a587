package agentperf

import (
	"context"
	"errors"
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A Load runs the phases of a benchmark. It starts the agents of a plan, keeps them sending until
// the measured window has ended and no measured request is open, and returns what it saw. It judges
// nothing. The default is this process; others are a fleet of machines, or a [LocalLoad] on another
// machine, to which plans travel as JSON.
// [github.com/agentperf/agentperf-go/agentperf/agentperftest.TestLoad] tests an implementation
// against what is promised here.
//
// A Load that is a fmt.Stringer chooses its own name in ConfigEcho.Load, such as "fleet of 4
// workers". Any other is named by its type, except a [LocalLoad], which has no name there.
type Load interface {
	// Phase runs one phase. It returns soon after ctx is done; the benchmark waits for it without
	// a limit of its own. Calls do not overlap.
	//
	// Every agent sends what [trajectory.Schedule] says. Every request that was begun has a row,
	// also if it failed or was cut; [record.Row] says which of its fields a verdict rests on. The
	// functions of watch may be called until Phase returns, and not afterward. In the header of the
	// phase, here and wherever watch is given one, the fields that the caller knows may stay zero:
	// Run, Index, Agents, and all from Seed to HeldTokens. ContextTokens is among them, but must
	// be set if the endpoint stated another context. With an error Phase may return a phase too,
	// which holds what was seen until then.
	//
	// If the load itself failed, so that the phase says nothing about the system, Header.Fault
	// says why, and the phase is invalid. So is one with a row that is [record.Local], one in which a
	// client gets no more answers while others do, and one that cannot be: with rows that no
	// request can have, or plays that are not those of the schedule, or a window that is not as
	// planned, or rows that Watch.Ended was not told of. Each is repeated as planned, with the
	// same draw, up to three times in a row. If it still fails, the rule treats it as any invalid phase: [Controlled]
	// plans the number of agents once more and then leaves it alone, so that a search goes on with
	// others and a check ends; [Point], whose numbers take one phase each, does not plan it again.
	// An error is for what would fail the same way again. It ends the run.
	Phase(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error)
}

// A LocalLoad is a [Load] that runs all agents in this process. It is not safe for concurrent use.
type LocalLoad struct {
	// Workload holds the sessions to replay, as recorded; what does not fit the context of a plan
	// is left out. Required.
	Workload *trajectory.Workload
	// Connect returns a new connection for an agent; see Config.Connect. Required.
	Connect func(agent int) trajectory.Sender

	script *replay.Script
	client *endpoint.Client // nil with a Connect of the caller's
	warn   func(agent int, err error)
}

// Phase implements [Load]. The error says that a required field is missing, or that the plan has
// no agents or is for another workload; or it is the cause of ctx.
func (l *LocalLoad) Phase(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
	switch {
	case l.Workload == nil:
		return nil, errors.New("agentperf: LocalLoad has no Workload, expected recorded sessions")
	case l.Connect == nil:
		return nil, errors.New("agentperf: LocalLoad has no Connect, expected a function")
	}
	if l.script == nil {
		l.script, l.warn = replay.NewScript(l.Workload), func(int, error) {}
	}
	work, err := l.script.Work(plan, l.Connect, l.warn)
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
