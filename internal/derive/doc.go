// Package derive derives figures and texts from a [record.Phase]: whether it says anything of
// the system, its throughput, who starved, how requests failed, what is odd about its answers.
// Both benchmarks use it. Nothing here changes a phase.
package derive

import (
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// Where tokens come from.
var (
	sourceUsage     = record.SourceOf(metrics.SourceUsage)
	sourceEstimated = record.SourceOf(metrics.SourceEstimated)
	sourceEvents    = record.SourceOf(metrics.SourceEvents)
)

// These are as record.Row.Conclude and package metrics have them.
const (
	// endToken is what an answer may exceed a forced length by: the token that ends it.
	endToken = 1
	// leastBytes is the least number of bytes in a token, on average.
	leastBytes = 2
	// fastest is above the speed that any system reaches, in tokens per second and answer.
	fastest = 5000
)
