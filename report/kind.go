package report

import (
	"cmp"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/slt"
	"github.com/agentperf/agentperf-go/system"
)

// OnlyAgentperf returns the report of agents, for callers who have no use for the other kind.
// The error says which programs have.
func (r *Report) OnlyAgentperf() (*agentperf.Report, error) {
	if r.Agentperf == nil {
		return nil, r.other("a System Load Test", slt.Schema, "agents", agentperf.Schema)
	}
	return r.Agentperf, nil
}

// OnlySLT returns the report of a System Load Test, for callers who have no use for the other
// kind. The error says which programs have.
func (r *Report) OnlySLT() (*slt.Report, error) {
	if r.SLT == nil {
		return nil, r.other("agents", agentperf.Schema, "a System Load Test", slt.Schema)
	}
	return r.SLT, nil
}

func (r *Report) other(kind, schema, wanted, wantedSchema string) error {
	return fmt.Errorf("report: %s is a report of %s (%s), expected one of %s (%s); examples/report and examples/pricing read both", cmp.Or(r.Name, "it"), kind, schema, wanted, wantedSchema)
}

// Complete reports whether the run came to its end.
func (r *Report) Complete() bool {
	if r.SLT != nil {
		return r.SLT.Complete
	}
	return r.Agentperf.Complete
}

// System returns what was stated of the system under test that figures can be divided by; nil if
// nothing was.
func (r *Report) System() *pricing.System {
	if r.SLT != nil {
		return r.SLT.System
	}
	return r.Agentperf.System
}

// schema returns the name of the schema; empty of a Report that is neither kind.
func (r *Report) schema() string {
	switch {
	case r.SLT != nil:
		return slt.Schema
	case r.Agentperf != nil:
		return agentperf.Schema
	}
	return ""
}

// names returns the model that was requested, and what the system is called: by its identity or
// its label.
func (r *Report) names() (model, system string) {
	var label string
	if r.SLT != nil {
		model, label = r.SLT.Config.Model, cmp.Or(r.SLT.Config.Label, r.SLT.Config.Name)
	} else {
		model, label = r.Agentperf.Config.Model, r.Agentperf.Config.Label
	}
	if i := r.identity(); i != nil {
		label = cmp.Or(i.Name, label)
	}
	return model, label
}

func (r *Report) started() time.Time {
	if r.SLT != nil {
		return r.SLT.Started
	}
	return r.Agentperf.Started
}

func (r *Report) tool() system.Tool {
	if r.SLT != nil {
		return r.SLT.Tool
	}
	return r.Agentperf.Tool
}

func (r *Report) identity() *system.Identity {
	if r.SLT != nil {
		return r.SLT.Identity
	}
	return r.Agentperf.Identity
}
