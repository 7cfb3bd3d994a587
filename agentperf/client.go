package agentperf

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/internal/selfcheck"
	"github.com/agentperf/agentperf-go/metrics"
)

// A ClientCheck is how the client itself fared in the measured window. Where it was too
// slow, it would have measured itself.
type ClientCheck struct {
	// WakeLagP99 and WakeLagMax are how late a goroutine ran that was due at a
	// time: what stamps and sends are late by. LagSeconds is what is judged: the
	// former, the 90th percentile in windows too short for it, 0 in shorter ones.
	WakeLagP99 float64 `json:"wake_lag_p99_seconds"`
	WakeLagMax float64 `json:"wake_lag_max_seconds"`
	LagSeconds float64 `json:"lag_seconds"`
	// SchedulerP99 is of the time that goroutines waited for a processor.
	SchedulerP99 float64 `json:"scheduler_latency_p99_seconds"`
	GCPauseMax   float64 `json:"gc_pause_max_seconds"`
	GCPauseTotal float64 `json:"gc_pause_total_seconds"`
	// CPUShare is the processor time used of what Processors have; nil where it is
	// not known.
	CPUShare   *float64 `json:"cpu_share"`
	Processors int      `json:"processors"`
}

// checkClient declares a phase invalid in which the client was too late, and says what
// to change.
func (r *run) checkClient(p *PhaseResult, e *evidence, f selfcheck.Figures) {
	p.Client = &ClientCheck{
		WakeLagP99: f.WakeP99.Seconds(), WakeLagMax: f.WakeMax.Seconds(), LagSeconds: f.Lag().Seconds(),
		SchedulerP99: f.SchedP99.Seconds(), GCPauseMax: f.GCPauseMax.Seconds(), GCPauseTotal: f.GCPauseTotal.Seconds(),
		Processors: f.Procs,
	}
	if f.CPUKnown {
		p.Client.CPUShare = new(f.CPUShare)
	}
	limit := r.cfg.ClientLag
	if limit < 0 || e.invalid != "" {
		return
	}
	switch late := lateness(&e.lateness); {
	case f.Lag() > limit:
		e.invalid = fmt.Sprintf("the client was too late, by more than %v: %s", limit, f.Explain())
	case late > limit:
		e.invalid = fmt.Sprintf("the client was too late in sending, by up to %v where %v is allowed: %s", late.Round(time.Millisecond), limit, f.Explain())
	}
}

// lateness returns how late requests were sent: the 99th percentile, the 90th of too few
// for that, and 0 of too few for either.
func lateness(p *metrics.Percentiles) time.Duration {
	percent := 99.0
	if p.N() < metrics.SamplesFor(percent) {
		percent = 90
	}
	if p.N() < metrics.SamplesFor(percent) {
		return 0
	}
	seconds, _ := p.At(percent)
	return time.Duration(seconds * float64(time.Second))
}
