package slt

import (
	"fmt"

	"github.com/agentperf/agentperf-go/internal/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// warn adds a warning to the report of the sweep.
func (s *sweep) warn(code, format string, args ...any) {
	record.Warn(&s.report.Warnings, code, format, args...)
	s.log.Warn(fmt.Sprintf(format, args...), "code", code)
}

// repeat adds the warnings of a level, which where names.
func repeat(w *[]metrics.Warning, where string, l *Level) {
	if l.Invalid != "" {
		record.Warn(w, "invalid_level", "%s: %s", where, l.Invalid)
	}
	for _, of := range l.Warnings {
		record.Warn(w, of.Code, "%s: %s", where, of.Text)
	}
}
