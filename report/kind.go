package report

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/slt"
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

func (r *Report) schema() string {
	if r.SLT != nil {
		return slt.Schema
	}
	return agentperf.Schema
}

// unknownSchema says what became of a report of this schema.
func unknownSchema(schema string) error {
	if schema == "" {
		return errors.New("not a report: it has no schema")
	}
	name, _, versioned := strings.Cut(schema, "/")
	for _, known := range []string{agentperf.Schema, slt.Schema} {
		if versioned && strings.HasPrefix(known, name+"/") {
			return fmt.Errorf("schema is %.60q, which another version of this module wrote and this one does not read, expected %q: measure again", schema, known)
		}
	}
	return fmt.Errorf("schema is %.60q, expected %q or %q", schema, agentperf.Schema, slt.Schema)
}
