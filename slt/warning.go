package slt

import (
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// repeat adds the warnings of a level, which where names.
func repeat(w *[]metrics.Warning, where string, l *Level) {
	if l.Invalid != "" {
		derive.Warn(w, "invalid_level", "%s: %s", where, l.Invalid)
	}
	for _, of := range l.Warnings {
		derive.Warn(w, of.Code, "%s: %s", where, of.Text)
	}
}
