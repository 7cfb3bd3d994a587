package slt

import (
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/internal/load"
)

// checkClient sets how the client fared, and declares a level invalid in which it failed
// or was later than limit allows. A level that a greater limit allows has a warning where
// the default would not.
func (l *Level) checkClient(p *record.Phase, queries []*record.Row, limit time.Duration) {
	l.Client = derive.ClientCheck(p)
	if r := derive.Refused(p); r != nil {
		l.invalidate("a query is longer than the endpoint's context: "+p.Message(r), p)
		return
	}
	if why := derive.Invalid(p); why != "" {
		l.invalidate(why, p)
		return
	}
	if why := load.TooLate(p, queries, limit); why != "" {
		l.invalidate(why, p)
	} else if why := load.TooLate(p, queries, load.DefaultClientLag); why != "" {
		derive.Warn(&l.Warnings, "client_late", "%s", why)
	}
}

// invalidate says why the level says nothing about the system, and beside that how queries
// of the phase failed, and withholds its figures. The phase is nil where why has that.
func (l *Level) invalidate(why string, p *record.Phase) {
	if l.Invalid == "" {
		if p != nil && derive.Failures(p) != "" {
			why += "; besides, " + derive.Failures(p)
		}
		l.Invalid, l.InvalidFigures, l.Figures = why, l.Figures, nil
	}
}
