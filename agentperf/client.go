package agentperf

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/internal/selfcheck"
	"github.com/agentperf/agentperf-go/metrics"
)

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
