package agentperf

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/metrics"
)

// A ProfileResult says how a run differs from a [Profile].
type ProfileResult struct {
	Name string `json:"name"`
	// Deviations are the differences, whatever their reason. The code of one in the
	// configuration is the path of the field, such as Policy.Output, and its text has both
	// values. The others are workload, tiers, reasoning_effort, accuracy_unchecked,
	// power_unmeasured, minima_unmet, and those of Profile.Unknown.
	Deviations []metrics.Warning `json:"deviations"`
}

// line returns the deviations in a line.
func (p *ProfileResult) line() string {
	if p == nil {
		return ""
	}
	n := "1 point"
	if len(p.Deviations) != 1 {
		n = fmt.Sprintf("%d points", len(p.Deviations))
	}
	codes := make([]string, len(p.Deviations))
	for i, d := range p.Deviations {
		codes[i] = d.Code
	}
	if len(codes) == 0 {
		return "Measured as " + p.Name + " has it."
	}
	return fmt.Sprintf("Differs from %s in %s: %s.", p.Name, n, strings.Join(codes, ", "))
}

func (p *ProfileResult) add(code, format string, args ...any) {
	p.Deviations = append(p.Deviations, metrics.Warning{Code: code, Text: fmt.Sprintf(format, args...)})
}
