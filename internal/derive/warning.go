package derive

import (
	"fmt"

	"github.com/agentperf/agentperf-go/metrics"
)

// Warn adds a warning to a list.
func Warn(list *[]metrics.Warning, code, format string, args ...any) {
	*list = append(*list, metrics.Warning{Code: code, Text: fmt.Sprintf(format, args...)})
}
