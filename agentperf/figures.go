package agentperf

import (
	"fmt"
	"math"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

func newPhaseResult(p *record.Phase) *PhaseResult {
	return &PhaseResult{
		Index: p.Index, Agents: p.Agents, Run: p.Run, Ending: string(p.Ending),
		MeasuredSeconds: p.Window().Seconds(), PhaseSeconds: p.End.Seconds(), Verdicts: []TierVerdict{},
	}
}

func (p *PhaseResult) warn(code string, texts ...string) {
	for _, text := range texts {
		p.Warnings = append(p.Warnings, metrics.Warning{Code: code, Text: text})
	}
}

// fill sets the figures of a phase, apart when it is invalid.
func (p *PhaseResult) fill(phase *record.Phase, tiers []decide.Tier, invalid string) {
	p.Client = derive.ClientCheck(phase)
	f, warnings := figures(phase, tiers)
	warnings = append(warnings, p.fairnessWarnings(f, tiers)...)
	p.Warnings = append(warnings, p.Warnings...)
	if p.Invalid = invalid; invalid != "" {
		p.InvalidFigures = f
	} else {
		p.Figures = f
	}
}

// figures derives the figures of a phase from its rows.
func figures(p *record.Phase, tiers []decide.Tier) (*Figures, []metrics.Warning) {
	f := &Figures{
		Outcomes: make(map[endpoint.Outcome]int), TokenSources: make(map[metrics.Source]int),
		Trajectories: p.Completed, LeastTrajectories: p.Least, Reconnects: p.Reconnects,
		OutputTokensPerSecond: derive.OutputTokensPerSecond(p, derive.Density{}),
	}
	f.fairness(p, tiers)
	var speed, ttft, tenth, e2e, lateness metrics.Percentiles
	for _, s := range []*metrics.Percentiles{&speed, &ttft, &tenth, &e2e, &lateness} {
		s.Exact = -1
	}
	var counted, recorded float64 // input tokens, by the server and in the recording
	succeeded, long := 0, 0       // long: answers without a speed that should have one
	var reasons derive.Reasons
	rows, fit := measured(p), derive.FitOf(p, p.End)
	for _, r := range rows {
		f.Requests++
		f.Outcomes[endpoint.Outcome(r.Outcome)]++
		f.TokenSources[metrics.Source(r.TokenSource.String())]++
		lateness.Record(r.Lateness().Seconds())
		f.InputTokens += int64(max(0, r.Prompt))
		if r.Cached >= 0 {
			if f.CachedInputTokens == nil {
				f.CachedInputTokens = new(int64)
			}
			*f.CachedInputTokens += int64(r.Cached)
		}
		f.OutputTokens += int64(r.Tokens)
		if r.Recorded > 0 && r.Prompt > 0 {
			counted += float64(r.Prompt)
			recorded += float64(r.Recorded)
		}
		switch t := fit.Timing(r); {
		case r.Outcome == record.OK:
			succeeded++
			if v, ok := t.OutputSpeed(); ok {
				speed.Record(float64(v))
			} else {
				f.Unmeasurable++
				reasons.Add(t.Unmeasurable(), 1)
				if t.Tokens >= derive.LongAnswer {
					long++
				}
			}
			if d, ok := t.TTFT(); ok {
				ttft.Record(d.Seconds())
			}
			if t.Tenth > 0 {
				tenth.Record(t.Tenth.Seconds())
			}
			if v, ok := t.E2ESpeed(); ok {
				e2e.Record(float64(v))
			}
		case r.Failed():
			f.Failed++
			speed.Record(0)
			e2e.Record(0)
			ttft.Record(math.Inf(1))
			if f.FailureExample == "" {
				f.FailureExample = p.Message(r)
			}
		}
	}
	f.UnmeasurableReasons = reasons
	f.P25Speed, f.P50Speed = at(&speed, 25), at(&speed, 50)
	f.P25E2ESpeed, f.P50E2ESpeed = at(&e2e, 25), at(&e2e, 50)
	f.P95TTFT, f.P50TTFT = at(&ttft, 95), at(&ttft, 50)
	f.P95TenthEvent, f.P50TenthEvent = at(&tenth, 95), at(&tenth, 50)
	f.P95TTFTState = "ok"
	if v, ok := ttft.At(95); !ok {
		f.P95TTFTState = "no_data"
	} else if math.IsInf(v, 1) {
		f.P95TTFTState = "infinite"
	}
	of := collect(p, false)
	f.P25SpeedInterval, f.P25E2ESpeedInterval = newInterval(of.speed.interval(speedQuantile)), newInterval(of.e2e.interval(speedQuantile))
	f.P95TTFTInterval = newInterval(of.ttft.interval(ttftQuantile))
	f.LatenessP99 = at(&lateness, 99)
	f.P99InterEventGap, f.P99InterTokenGap = at(p.Gaps.InterEvent(), 99), at(p.Gaps.InterToken(), 99)

	var warnings []metrics.Warning
	add := func(code, format string, args ...any) {
		warnings = append(warnings, metrics.Warning{Code: code, Text: fmt.Sprintf(format, args...)})
	}
	for _, text := range append(speed.Warnings(25), ttft.Warnings(95)...) {
		add(codeFew, "%s", text)
	}
	if reasons.Noteworthy(succeeded, long) {
		add("unmeasurable", "%s", reasons.Text(succeeded))
	}
	if f.Failed > 0 {
		add("failed_requests", "%d of %d requests failed: %s", f.Failed, f.Requests, f.FailureExample)
	}
	warnings = append(warnings, derive.TokenWarnings(rows)...)
	if recorded > 0 {
		f.InputRatio = new(counted / recorded)
		if ratio := *f.InputRatio; ratio < 1-drift || ratio > 1+drift {
			add("input_drift", "the server counts %.2f times the input tokens that were recorded, so the replayed load differs from the recording by that factor", ratio)
		}
	}
	return f, warnings
}

// drift is the relative difference between the server's count of input tokens and the
// recorded one from which a phase has a warning. Chat templates and the prefix of a play
// add some.
const drift = 0.1

// measured returns the requests that began in the window.
func measured(p *record.Phase) (rows []*record.Row) {
	for i := range p.Rows {
		if r := &p.Rows[i]; p.Measured(r) {
			rows = append(rows, r)
		}
	}
	return rows
}
