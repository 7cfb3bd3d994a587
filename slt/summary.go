package slt

import (
	"math"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// summarize turns the phase of a level into its result. want is the shape that queries
// should have, lag how late the client may be, density that of the answers so far.
func summarize(want ConfigEcho, lag time.Duration, density derive.Density, p *record.Phase) Level {
	f := &Figures{
		Outcomes: make(map[endpoint.Outcome]int), TokenSources: make(map[metrics.Source]int),
		OutputTokensPerSecond: derive.OutputTokensPerSecond(p, density),
	}
	l := Level{
		Concurrency: p.Agents, Ending: string(p.Ending), Figures: f,
		MeasuredSeconds: p.Window().Seconds(), LevelSeconds: p.End.Seconds(),
	}
	ended := f.count(counting(p), p)
	late := &metrics.Percentiles{Exact: -1}
	for _, r := range ended {
		late.Record(r.Lateness().Seconds())
	}
	f.LatenessP99 = at(late, 99)
	f.quantiles(derive.FitOf(p, p.End), ended, &l.Warnings)
	warnOfRamp(p, ended, &l.Warnings)
	f.lengths(want, ended, &l.Warnings)
	l.Warnings = append(l.Warnings, derive.TokenWarnings(ended)...)
	f.failures(p, &l.Warnings)
	l.checkClient(p, ended, lag)
	return l
}

// counting returns the header by which queries count: within the window, or within the
// whole level if it was given up without a success, perhaps before the window.
func counting(p *record.Phase) *record.Header {
	h := p.Header
	if h.Ending == record.Dead {
		h.Settled, h.WindowEnd = 0, h.End+1
	}
	return &h
}

// count counts the queries of the window and returns those that ended in it.
func (f *Figures) count(h *record.Header, p *record.Phase) (ended []*record.Row) {
	answered := 0
	for i := range p.Rows {
		switch r := &p.Rows[i]; {
		case r.Void(): // says nothing
		case h.Within(r.End) && r.Outcome != record.Canceled:
			f.Requests++
			f.Outcomes[endpoint.Outcome(r.Outcome)]++
			f.TokenSources[r.Timing().TokenSource]++
			ended = append(ended, r)
			if r.Events > 0 {
				answered++
			}
			if r.Failed() {
				f.Failed++
				if f.FailureExample == "" {
					f.FailureExample = p.Message(r)
				}
			}
		case unanswered(h, r):
			f.Requests++
			f.Unanswered++
		}
	}
	if f.Requests > 0 {
		f.ResponseRate = new(float64(answered) / float64(f.Requests))
	}
	return ended
}

// unanswered reports whether the query was open at the end of the window, had waited
// for more than half of it and had no token. Queries that had waited less say nothing
// yet.
func unanswered(h *record.Header, r *record.Row) bool {
	open := r.Begun < h.WindowEnd && r.End >= h.WindowEnd
	return open && r.Events == 0 && 2*(h.WindowEnd-r.Begun) > h.WindowEnd-h.Settled
}

// warnOfRamp warns if most of the queries that ended in the window began before all
// had been started, when the concurrency was still lower.
func warnOfRamp(p *record.Phase, ended []*record.Row, w *[]metrics.Warning) {
	early := 0
	for _, r := range ended {
		if r.Begun < p.AllUp {
			early++
		}
	}
	if 2*early > len(ended) {
		derive.Warn(w, "ramp", "%d of %d queries began before all had been started and may be too fast: the time to settle is short for queries this long", early, len(ended))
	}
}

// quantiles fills in the quantiles of the queries.
func (f *Figures) quantiles(fit derive.Fit, queries []*record.Row, w *[]metrics.Warning) {
	speed, e2e, ttft := &metrics.Percentiles{Exact: -1}, &metrics.Percentiles{Exact: -1}, &metrics.Percentiles{Exact: -1}
	failed, doubtful, e2eSpeed, tenth := 0, 0, &metrics.Percentiles{Exact: -1}, &metrics.Percentiles{Exact: -1}
	var reasons derive.Reasons
	for _, r := range queries {
		if r.Failed() {
			failed++
			speed.Record(0)
			e2eSpeed.Record(0)
			e2e.Record(math.Inf(1))
			ttft.Record(math.Inf(1))
			continue
		}
		t := fit.Timing(r)
		if s, ok := t.OutputSpeed(); ok {
			speed.Record(float64(s))
		} else {
			f.Unmeasurable++
			why := t.Unmeasurable()
			reasons.Add(why, 1)
			if why.Doubtful() {
				doubtful++
			}
		}
		if s, ok := t.E2ESpeed(); ok {
			e2eSpeed.Record(float64(s))
		}
		e2e.Record(t.E2E.Seconds())
		if d, ok := t.TTFT(); ok {
			ttft.Record(d.Seconds())
		}
		if t.Tenth > 0 {
			tenth.Record(t.Tenth.Seconds())
		}
	}
	f.UnmeasurableReasons = reasons
	f.P25OutputSpeed, f.MedianOutputSpeed, f.P95OutputSpeed = at(speed, 25), at(speed, 50), at(speed, 95)
	f.P25E2ESpeed, f.MedianE2ESpeed = at(e2eSpeed, 25), at(e2eSpeed, 50)
	f.P25E2E, f.MedianE2E, f.P95E2E = at(e2e, 25), at(e2e, 50), at(e2e, 95)
	f.P25TTFT, f.MedianTTFT, f.P95TTFT = at(ttft, 25), at(ttft, 50), at(ttft, 95)
	f.MedianTenthEvent, f.P95TenthEvent = at(tenth, 50), at(tenth, 95)
	for _, text := range e2e.Warnings(50) {
		derive.Warn(w, "few_samples", "%s", text)
	}
	switch measured := len(queries) - failed; {
	case f.Unmeasurable > 0 && 2*f.Unmeasurable > measured, 4*doubtful > measured:
		// The rest do not represent them; those that may be slow need only be a quarter.
		f.P25OutputSpeed, f.MedianOutputSpeed, f.P95OutputSpeed = nil, nil, nil
		fallthrough
	case f.Unmeasurable > 0:
		derive.Warn(w, "unmeasurable", "%s", reasons.Text(len(queries)))
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

// failures adds warnings about queries that did not end well.
func (f *Figures) failures(p *record.Phase, w *[]metrics.Warning) {
	if f.Requests-f.Unanswered == 0 && p.Ending == record.Complete {
		derive.Warn(w, "no_query_ended", "no query ended in the window of %.0f s, so that there are no speeds or latencies; use a longer window", p.Window().Seconds())
	}
	if f.Failed > 0 {
		derive.Warn(w, "failed_requests", "%d of %d queries failed: %s", f.Failed, f.Requests, f.FailureExample)
	}
	if f.Unanswered > 0 {
		derive.Warn(w, "unanswered", "%d queries got no token although they waited for more than half the window", f.Unanswered)
	}
}
