package slt

import (
	"github.com/agentperf/agentperf-go/internal/record"
	"github.com/agentperf/agentperf-go/metrics"
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
	r.PeakOutputTokensPerSecond, r.PeakOutputSpeed, r.PeakConcurrency, r.PeakNormalized = nil, nil, 0, nil
	for i := range r.Levels {
		f := r.Levels[i].Figures
		if f == nil {
			continue // the level is invalid
		}
		if p := r.PeakOutputTokensPerSecond; f.OutputTokensPerSecond > 0 && (p == nil || f.OutputTokensPerSecond > *p) {
			r.PeakOutputTokensPerSecond, r.PeakConcurrency = new(f.OutputTokensPerSecond), r.Levels[i].Concurrency
		}
		if p := r.PeakOutputSpeed; f.MedianOutputSpeed != nil && (p == nil || *f.MedianOutputSpeed > *p) {
			r.PeakOutputSpeed = new(*f.MedianOutputSpeed)
		}
	}
	r.AtSpeed = make([]AtSpeed, 0, len(speeds))
	for _, s := range speeds {
		a, recrossed := read(r.Levels, s)
		if recrossed > 0 {
			record.Warn(&r.Warnings, "recrossed", "at %v tokens/s per query: concurrency %d is fast enough although a lower one was not; the lower one counts", float64(s), recrossed)
		}
		if err := r.price(&a); err != nil {
			return err
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

// price fills in the cost of the throughput at a speed and its figures per
// accelerator, where the system states what they need.
func (r *Report) price(a *AtSpeed) error {
	if r.System == nil || a.OutputTokensPerSecond == nil || *a.OutputTokensPerSecond <= 0 {
		return nil
	}
	n, err := r.System.Normalize(*a.OutputTokensPerSecond)
	if err != nil {
		return err
	}
	a.Normalized = &n
	if r.System.Price == 0 {
		return nil
	}
	cost, err := r.System.CostPerMillion(*a.OutputTokensPerSecond)
	if err != nil {
		return err
	}
	a.CostPerMillion = &cost
	return nil
}

// read interpolates throughput between the levels at an output speed per query. The
// first level that is slower decides: a later one that is fast enough, recrossed, was
// lucky.
func read(levels []Level, speed metrics.TokensPerSecond) (a AtSpeed, recrossed int) {
	want := float64(speed)
	a = AtSpeed{Speed: speed, Case: NoData}
	var before *Level // the latest that is at least as fast
	var slower *Level // the first that is not
	for i := range levels {
		l := &levels[i]
		switch {
		case l.Figures == nil || l.Figures.MedianOutputSpeed == nil:
		case *l.Figures.MedianOutputSpeed < want && slower == nil:
			slower = l
		case *l.Figures.MedianOutputSpeed < want:
		case slower != nil:
			recrossed = l.Concurrency
		default:
			before = l
		}
	}
	switch {
	case before == nil && slower == nil:
	case before == nil:
		a.Case = NeverReached
	case *before.Figures.MedianOutputSpeed == want:
		a.set(AtLevel, before.throughput(), before, before)
	case slower == nil:
		best := before
		for i := range levels {
			if l := &levels[i]; l.Figures != nil && l.Figures.MedianOutputSpeed != nil && l.throughput() > best.throughput() {
				best = l
			}
		}
		a.set(AllFaster, best.throughput(), best, best)
	default:
		high, low := *before.Figures.MedianOutputSpeed, *slower.Figures.MedianOutputSpeed
		way := (high - want) / (high - low)
		a.set(Interpolated, before.throughput()+way*(slower.throughput()-before.throughput()), before, slower)
	}
	return a, recrossed
}

func (a *AtSpeed) set(c Case, throughput float64, from, to *Level) {
	a.Case, a.OutputTokensPerSecond, a.Between = c, &throughput, []int{from.Concurrency, to.Concurrency}
}
