package decide

import (
	"fmt"
	"strings"
)

// Words says for people where the shares of bad requests are.
func Words(es []Estimate) string {
	var parts []string
	for _, e := range es {
		parts = append(parts, fmt.Sprintf("%s: %s of requests, %s to %s, limit %s",
			e.Criterion.Metric.Bad, Percent(e.Share), Percent(e.Lower), Percent(e.Upper), Percent(e.Criterion.Limit())))
	}
	return strings.Join(parts, "; ")
}

// Percent writes a share.
func Percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }
