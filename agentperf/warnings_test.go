package agentperf_test

import (
	"strings"

	"github.com/agentperf/agentperf-go/metrics"
)

// texts returns what warnings say, on one line.
func texts(warnings []metrics.Warning) string {
	var all []string
	for _, w := range warnings {
		all = append(all, w.Text)
	}
	return strings.Join(all, "; ")
}
