package main

import "time"

// A plan is the schedule of a slice. Streams start one by one: first a few, whose memory
// is measured, then the rest.
type plan struct {
	step        time.Duration // from one start to the next
	few         int           // 0 when memory is not measured
	start, low  time.Time     // low: when memory of the few is measured
	from, until time.Time     // the window
	period      time.Duration
}

// planned returns the plan of a slice that starts now. patience is how many times
// as long as usual everything may take before the window.
func planned(now time.Time, o *options, window time.Duration, memory bool, patience int) plan {
	const enough, perByte = 100, 10 * time.Nanosecond
	settle := time.Duration(patience) * 500 * time.Millisecond
	p := plan{start: now, low: now, period: o.period()}
	p.step = max(400*time.Microsecond, time.Duration(o.promptBytes)*perByte)
	if memory && o.streams >= enough {
		p.few = o.streams / 10
		p.low = now.Add(time.Duration(p.few)*p.step + p.period + settle)
	}
	ramp := time.Duration(o.streams-p.few) * p.step
	p.from = p.low.Add(ramp + time.Duration(patience)*ramp/4 + p.period + settle)
	p.until = p.from.Add(window)
	return p
}

// due returns when stream i starts.
func (p plan) due(i int) time.Time {
	if i < p.few {
		return p.start.Add(time.Duration(i) * p.step)
	}
	return p.low.Add(time.Duration(i-p.few) * p.step)
}

func (p plan) within(t time.Time) bool { return !t.Before(p.from) && t.Before(p.until) }
