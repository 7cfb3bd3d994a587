package slt

import (
	"time"

	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/internal/record"
)

// A ClientCheck says how the client itself performed in the measured window. A client
// that is too slow measures itself instead of the system; see Config.ClientLag.
type ClientCheck struct {
	// WakeLagP99 and WakeLagMax are how late a goroutine ran that was due at a certain
	// time, and so how late queries are sent and arrivals noticed. LagSeconds is the
	// figure compared with Config.ClientLag: WakeLagP99, or the P90 in windows too short
	// for a P99, or 0 in windows too short for that.
	WakeLagP99 float64 `json:"wake_lag_p99_seconds"`
	WakeLagMax float64 `json:"wake_lag_max_seconds"`
	LagSeconds float64 `json:"lag_seconds"`
	// SchedulerP99 is the P99 of the time that goroutines waited for a processor.
	SchedulerP99 float64 `json:"scheduler_latency_p99_seconds"`
	GCPauseMax   float64 `json:"gc_pause_max_seconds"`
	GCPauseTotal float64 `json:"gc_pause_total_seconds"`
	// CPUShare is the part of the time of its Processors that the process used, 0 to 1;
	// nil if unknown.
	CPUShare   *float64 `json:"cpu_share"`
	Processors int      `json:"processors"`
}

// checkClient sets how the client fared, and declares a level invalid in which it failed
// or was later than limit allows. A level that a greater limit allows has a warning where
// the default would not.
func (l *Level) checkClient(p *record.Phase, queries []*record.Row, limit time.Duration) {
	for _, c := range p.Clients {
		l.Client = &ClientCheck{
			WakeLagP99: c.WakeP99.Seconds(), WakeLagMax: c.WakeMax.Seconds(), LagSeconds: c.Lag.Seconds(),
			SchedulerP99: c.SchedP99.Seconds(), GCPauseMax: c.GCPauseMax.Seconds(), GCPauseTotal: c.GCPauseTotal.Seconds(),
			Processors: c.Processors,
		}
		if c.CPUShare != record.None {
			l.Client.CPUShare = new(c.CPUShare)
		}
	}
	if r := p.Refused(); r != nil {
		l.invalidate("a query is longer than the endpoint's context: "+p.Message(r), p)
		return
	}
	if why := p.Invalid(); why != "" {
		l.invalidate(why, p)
		return
	}
	if why := load.TooLate(p, queries, limit); why != "" {
		l.invalidate(why, p)
	} else if why := load.TooLate(p, queries, defaultClientLag); why != "" {
		warn(&l.Warnings, "client_late", "%s", why)
	}
}

// invalidate says why the level says nothing about the system, and beside that how queries
// of the phase failed, and withholds its figures. The phase is nil where why has that.
func (l *Level) invalidate(why string, p *record.Phase) {
	if l.Invalid == "" {
		if p != nil && p.Failures() != "" {
			why += "; besides, " + p.Failures()
		}
		l.Invalid, l.InvalidFigures, l.Figures = why, l.Figures, nil
	}
}
