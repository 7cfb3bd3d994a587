package slt

import (
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/metrics"
)

// lateLimit is the P99 of send lateness above which a level has a warning, the same as
// in package agentperf.
const lateLimit = 50 * time.Millisecond

// summarize turns the records of a level into its result. want is the shape that
// queries should have; density is that of the answers so far.
func summarize(concurrency int, want ConfigEcho, density *density, r phase.Result, all []record) Level {
	l := Level{
		Concurrency: concurrency, Ending: string(r.Ending),
		Outcomes: make(map[endpoint.Outcome]int), TokenSources: make(map[metrics.Source]int),
		MeasuredSeconds: max(0, r.WindowEnd.Sub(r.Settled).Seconds()), LevelSeconds: r.End.Sub(r.Start).Seconds(),
	}
	for i := range all {
		density.add(&all[i].timing)
	}
	l.OutputTokensPerSecond = density.throughput(r.Times, all)
	ended := l.take(counting(r), all)
	for _, rec := range all {
		if rec.outcome == endpoint.OutcomeLocal && l.Invalid == "" {
			l.Invalid = "the client failed: " + rec.message
		}
	}
	late := &metrics.Percentiles{Exact: -1}
	for _, rec := range ended {
		late.Record(rec.timing.Lateness.Seconds())
	}
	l.LatenessP99 = at(late, 99)
	l.quantiles(ended)
	l.warnOfRamp(r.Times, ended)
	l.lengths(want, ended)
	l.warn(r, late)
	return l
}

// counting returns the times within which queries count: the window, or the whole
// level if it was given up without a success, perhaps before the window.
func counting(r phase.Result) phase.Times {
	t := r.Times
	if r.Ending == phase.Dead {
		t.Settled, t.WindowEnd = t.Start, t.End.Add(1)
	}
	return t
}

// take counts the queries of the window and returns those that ended in it.
func (l *Level) take(t phase.Times, all []record) (ended []record) {
	answered := 0
	for _, rec := range all {
		switch {
		case rec.outcome == endpoint.OutcomeLocal: // says nothing
		case within(t, rec.end()) && rec.outcome != endpoint.OutcomeCanceled:
			l.Requests++
			l.Outcomes[rec.outcome]++
			l.TokenSources[rec.timing.TokenSource]++
			ended = append(ended, rec)
			if rec.timing.Events > 0 {
				answered++
			}
			if rec.failed() {
				l.Failed++
				if l.FailureExample == "" {
					l.FailureExample = rec.message
				}
			}
		case rec.unanswered(t):
			l.Requests++
			l.Unanswered++
		}
	}
	if l.Requests > 0 {
		l.ResponseRate = new(float64(answered) / float64(l.Requests))
	}
	return ended
}

// within reports whether t is in the window.
func within(times phase.Times, t time.Time) bool {
	return !t.Before(times.Settled) && t.Before(times.WindowEnd)
}

// unanswered reports whether the query was open at the end of the window, had waited
// for more than half of it and had no token. Queries that had waited less say nothing
// yet.
func (r *record) unanswered(t phase.Times) bool {
	open := r.begin.Before(t.WindowEnd) && !r.end().Before(t.WindowEnd)
	return open && r.timing.Events == 0 && 2*t.WindowEnd.Sub(r.begin) > t.WindowEnd.Sub(t.Settled)
}

// warnOfRamp warns if most of the queries that ended in the window began before all
// had been started, when the concurrency was still lower.
func (l *Level) warnOfRamp(t phase.Times, ended []record) {
	early := 0
	for i := range ended {
		if ended[i].begin.Before(t.AllUp) {
			early++
		}
	}
	if 2*early > len(ended) {
		l.Warnings = append(l.Warnings, fmt.Sprintf("%d of %d queries began before all had been started and may be too fast: the time to settle is short for queries this long", early, len(ended)))
	}
}

// quantiles fills in the quantiles of the queries.
func (l *Level) quantiles(queries []record) {
	speed, e2e, ttft := &metrics.Percentiles{Exact: -1}, &metrics.Percentiles{Exact: -1}, &metrics.Percentiles{Exact: -1}
	failed := 0
	for _, rec := range queries {
		if rec.failed() {
			failed++
			speed.Record(0)
			e2e.Record(math.Inf(1))
			ttft.Record(math.Inf(1))
			continue
		}
		if s, ok := rec.timing.OutputSpeed(); ok {
			speed.Record(float64(s))
		} else {
			l.Unmeasurable++
		}
		e2e.Record(rec.timing.E2E.Seconds())
		if d, ok := rec.timing.TTFT(); ok {
			ttft.Record(d.Seconds())
		}
	}
	l.P25OutputSpeed, l.MedianOutputSpeed, l.P95OutputSpeed = at(speed, 25), at(speed, 50), at(speed, 95)
	l.P25E2E, l.MedianE2E, l.P95E2E = at(e2e, 25), at(e2e, 50), at(e2e, 95)
	l.P25TTFT, l.MedianTTFT, l.P95TTFT = at(ttft, 25), at(ttft, 50), at(ttft, 95)
	l.Warnings = append(l.Warnings, e2e.Warnings(50)...)
	switch measured := len(queries) - failed; {
	case l.Unmeasurable > 0 && 2*l.Unmeasurable > measured:
		// The rest do not represent them.
		l.P25OutputSpeed, l.MedianOutputSpeed, l.P95OutputSpeed = nil, nil, nil
		fallthrough
	case l.Unmeasurable > 0:
		l.Warnings = append(l.Warnings, fmt.Sprintf("%d of %d answers came all at once and have no output speed", l.Unmeasurable, len(queries)))
	}
}

// at returns a percentile, nil if there is none or it is infinite, which JSON cannot
// hold.
func at(p *metrics.Percentiles, percent float64) *float64 {
	v, ok := p.At(percent)
	if !ok || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// density is the number of tokens in a byte of visible output, by the server's count,
// over all answers of a sweep so far.
type density struct {
	tokens, bytes float64
}

func (d *density) add(t *metrics.Timing) {
	if t.TokenSource == metrics.SourceUsage {
		d.tokens += float64(t.Tokens - t.Usage.Hidden)
		d.bytes += float64(t.Bytes)
	}
}

// throughput returns the output tokens per second of all queries in the window. A
// query that ended without a count, as canceled ones do, has as many tokens for each
// byte as those that succeeded.
func (d *density) throughput(t phase.Times, all []record) float64 {
	window := t.WindowEnd.Sub(t.Settled)
	if window <= 0 {
		return 0
	}
	total := 0.0
	for i := range all {
		m := &all[i].timing
		if m.TokenSource == metrics.SourceEvents && d.bytes > 0 && m.Bytes > 0 {
			total += float64(m.Within.Bytes) * d.tokens / d.bytes
			continue
		}
		total += m.Within.Tokens
	}
	return total / window.Seconds()
}
