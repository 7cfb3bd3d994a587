package slt

import (
	"fmt"

	"github.com/agentperf/agentperf-go/metrics"
)

func warn(w *[]metrics.Warning, code, format string, args ...any) {
	*w = append(*w, metrics.Warning{Code: code, Text: fmt.Sprintf(format, args...)})
}

// repeat adds the warnings of a level, which where names.
func repeat(w *[]metrics.Warning, where string, l *Level) {
	if l.Invalid != "" {
		warn(w, "invalid_level", "%s: %s", where, l.Invalid)
	}
	for _, of := range l.Warnings {
		warn(w, of.Code, "%s: %s", where, of.Text)
	}
}
