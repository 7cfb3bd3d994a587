package maxusers

import (
	"slices"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
)

const (
	// tierFails is the exit status of a check in which a service level does not hold.
	tierFails = 3
	// notClean is that of a run with an answer whose audit found something, or could not be
	// completed.
	notClean = 4
)

// checked returns the exit status of a check of a number of agents.
func checked(report *agentperf.Report, agents int) int {
	status := cli.OK
	for _, t := range report.Tiers {
		switch {
		case t.FirstFailingAgents != nil && *t.FirstFailingAgents <= agents:
			return tierFails
		case t.MaxAgents < agents:
			status = cli.Failed
		}
	}
	return status
}

// audited returns the exit status of an audit. Without a number that holds there is none.
func audited(report *agentperf.Report) int {
	holds := slices.ContainsFunc(report.Tiers, func(t agentperf.TierResult) bool { return t.MaxAgents > 0 })
	if holds && report.Audit.Outcome != agentperf.AuditPassed {
		return notClean
	}
	return cli.OK
}
