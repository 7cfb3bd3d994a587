package slt

import (
	"fmt"
	"math"

	"github.com/agentperf/agentperf-go/metrics"
)

// At returns the throughput at an output speed per query, in tokens per second, and its cost
// and normalized figures where System states what they need. It is computed from Levels, so
// that any speed and any price can be asked about when the sweep is over. The error is for a
// speed that is not a finite number above 0, and for a System or levels that no cost can be
// computed from.
func (r *Report) At(speed metrics.TokensPerSecond) (AtSpeed, error) {
	if !(speed > 0) || math.IsInf(float64(speed), 0) {
		return AtSpeed{}, fmt.Errorf("slt: the speed is %v tokens/s, expected a finite number above 0", float64(speed))
	}
	a := read(r.Levels, speed)
	err := r.price(&a)
	return a, err
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
// first level that is slower decides: a later one that is fast enough was lucky.
func read(levels []Level, speed metrics.TokensPerSecond) AtSpeed {
	want := float64(speed)
	a := AtSpeed{Speed: speed, Case: NoData}
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
			a.Recrossed = l.Concurrency
		default:
			before = l
		}
	}
	switch {
	case before == nil && slower == nil:
		a.Reason = unknown(levels)
	case before == nil:
		a.Case, a.Reason = NeverReached, tooSlow(levels)
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
	return a
}

func (a *AtSpeed) set(c Case, throughput float64, from, to *Level) {
	a.Case, a.OutputTokensPerSecond, a.Between = c, &throughput, []int{from.Concurrency, to.Concurrency}
}

// tooSlow says how fast the fastest level is.
func tooSlow(levels []Level) string {
	var fastest *Level
	for i := range levels {
		if f := levels[i].Figures; f != nil && f.MedianOutputSpeed != nil && (fastest == nil || *f.MedianOutputSpeed > *fastest.Figures.MedianOutputSpeed) {
			fastest = &levels[i]
		}
	}
	return fmt.Sprintf("the fastest level, concurrency %d, has a median of %.1f tokens/s", fastest.Concurrency, *fastest.Figures.MedianOutputSpeed)
}

// unknown says why no level has a median speed.
func unknown(levels []Level) string {
	invalid := 0
	for i := range levels {
		if levels[i].Figures == nil {
			invalid++
		}
	}
	switch {
	case len(levels) == 0:
		return "there are no levels"
	case invalid > 0:
		return fmt.Sprintf("no level has a median speed, and %d of %d are invalid", invalid, len(levels))
	}
	return "no level has a median speed"
}
