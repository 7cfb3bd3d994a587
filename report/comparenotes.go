package report

import (
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/system"
)

// notes adds what a reader must know of the two runs.
func (c *Comparison) notes(a, b *Report) {
	note := func(format string, args ...any) { c.Notes = append(c.Notes, fmt.Sprintf(format, args...)) }
	for i, r := range []*Report{a, b} {
		name := [2]string{c.A, c.B}[i]
		if !r.Complete() {
			note("the run of %s did not come to its end", name)
		}
		if r.Agentperf != nil && r.Agentperf.Audit.Outcome == agentperf.AuditFindings {
			note("the audit of %s has findings: its system may not have done the work that was timed", name)
		}
	}
	if n, k := clientsOf(a), clientsOf(b); n != k {
		note("the load of %s came from %s, that of %s from %s", c.A, clientsText(n), c.B, clientsText(k))
	}
	if x, y := a.tool(), b.tool(); x.Version != y.Version || x.Revision != y.Revision {
		note("%s was measured by version %s of the benchmark, %s by %s", c.A, version(x), c.B, version(y))
	}
	switch {
	case a.SLT != nil:
		note("the figures of a System Load Test have no intervals, so that nothing here is sure")
	case a.Agentperf.Config.Rule.ErrorRate == 0 || b.Agentperf.Config.Rule.ErrorRate == 0:
		note("the point rule bounds no error, so that nothing here is sure; the controlled rule does (-error-rate)")
	}
	if len(c.Tiers) == 0 {
		note("the runs have no service level in common")
	}
}

func clientsText(n int) string {
	if n == 0 {
		return "one client"
	}
	return fmt.Sprintf("%d clients", n)
}

func version(t system.Tool) string {
	if t.Version == "" && t.Revision == "" {
		return "unknown"
	}
	return t.Version + " " + t.Revision
}

// systems lists what is stated differently of the systems under test.
func systems(a, b *Report) []Difference {
	of := func(r *Report) *system.Identity {
		i := r.identity()
		if i == nil {
			return &system.Identity{}
		}
		return i
	}
	return differences(of(a), of(b), nil)
}
