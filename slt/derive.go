package slt

import (
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/telemetry"
)

// growth detects the plateau from the throughput of each level.
type growth struct {
	rule Plateau
	best float64 // the best level before those that have not exceeded it
	flat int     // the number of those
}

// add adds the next level and reports whether throughput has stopped growing.
func (g *growth) add(throughput float64) (plateau bool) {
	if throughput > g.best*(1+g.rule.Gain) {
		g.best, g.flat = throughput, 0
	} else {
		g.flat++
	}
	return g.flat >= g.rule.Levels
}

// derive fills in the figures that follow from the levels.
func (r *Report) derive(speeds []metrics.TokensPerSecond) error {
	r.PeakOutputTokensPerSecond, r.PeakOutputSpeed, r.PeakConcurrency, r.PeakNormalized, r.PeakMeasured = nil, nil, 0, nil, nil
	for i := range r.Levels {
		f := r.Levels[i].Figures
		if f == nil {
			continue // the level is invalid
		}
		if p := r.PeakOutputTokensPerSecond; f.OutputTokensPerSecond > 0 && (p == nil || f.OutputTokensPerSecond > *p) {
			r.PeakOutputTokensPerSecond, r.PeakConcurrency = new(f.OutputTokensPerSecond), r.Levels[i].Concurrency
			r.PeakMeasured = telemetry.Normalize(r.Levels[i].Yields, f.OutputTokensPerSecond, r.System)
		}
		if p := r.PeakOutputSpeed; f.MedianOutputSpeed != nil && (p == nil || *f.MedianOutputSpeed > *p) {
			r.PeakOutputSpeed = new(*f.MedianOutputSpeed)
		}
	}
	r.AtSpeed = make([]AtSpeed, 0, len(speeds))
	for _, s := range speeds {
		a, err := r.At(s)
		if err != nil {
			return err
		}
		if a.Recrossed > 0 {
			derive.Warn(&r.Warnings, "recrossed", "at %v tokens/s per query: concurrency %d is fast enough although a lower one was not; the lower one counts", float64(s), a.Recrossed)
		}
		r.AtSpeed = append(r.AtSpeed, a)
	}
	if r.System != nil && r.PeakOutputTokensPerSecond != nil {
		n, err := r.System.Normalize(*r.PeakOutputTokensPerSecond)
		if err != nil {
			return err
		}
		r.PeakNormalized = &n
	}
	return nil
}
