package agentperf

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// numberFigures sets those of the report. phases are the indices of phases by number of agents.
func (r *run) numberFigures(phases map[int][]int) {
	for n, indices := range phases {
		f := NumberFigures{Agents: n, Phases: []int{}, P95TTFTState: "no_data"}
		var cached, input, tokens float64
		var speed, e2e, ttft []*quantileSample
		for _, i := range indices {
			p := &r.report.Phases[i]
			if p.Figures == nil {
				continue
			}
			f.Phases = append(f.Phases, i)
			f.MeasuredSeconds += p.MeasuredSeconds
			f.Requests, f.Failed, f.Trajectories = f.Requests+p.Figures.Requests, f.Failed+p.Figures.Failed, f.Trajectories+p.Figures.Trajectories
			tokens += p.Figures.OutputTokensPerSecond * p.MeasuredSeconds
			if c := p.Figures.CachedInputTokens; c != nil {
				cached, input = cached+float64(*c), input+float64(p.Figures.InputTokens)
			}
			if s := r.samples[i]; s != nil {
				speed, e2e, ttft = append(speed, &s.Speed), append(e2e, &s.E2E), append(ttft, &s.TTFT)
			}
		}
		if f.MeasuredSeconds > 0 {
			f.OutputTokensPerSecond = new(tokens / f.MeasuredSeconds)
		}
		if input > 0 {
			f.CachedInput = new(cached / input)
		}
		f.percentiles(speed, e2e, ttft)
		if r.steady == nil && len(f.Phases) == 1 {
			f.take(r.report.Phases[f.Phases[0]].Figures)
		}
		f.observed(r.report.Phases)
		r.report.Numbers = append(r.report.Numbers, f)
	}
	slices.SortFunc(r.report.Numbers, func(a, b NumberFigures) int { return a.Agents - b.Agents })
}

// curveTable has a row for each number of agents that Measure was asked for; empty after a Run
// or Check.
func (r *Report) curveTable() string {
	if len(r.Config.Agents) < 2 {
		return ""
	}
	var t plain.Table
	t.Numbers("Agents", "P25 speed, tok/s", "95 %", "P25 E2E, tok/s", "P95 TTFT, s", "95 %", "Throughput, tok/s", "Measured")
	for i := range r.Numbers {
		f := &r.Numbers[i]
		if !slices.Contains(r.Config.Agents, f.Agents) {
			continue
		}
		of := Figures{P95TTFT: f.P95TTFT, P95TTFTState: f.P95TTFTState}
		t.Row(
			strconv.Itoa(f.Agents), speedText(f.P25Speed), f.P25SpeedInterval.text("%.1f"), speedText(f.P25E2ESpeed),
			of.ttftText(), f.P95TTFTInterval.text("%.3f"), speedText(f.OutputTokensPerSecond), roundTime(f.MeasuredSeconds),
		)
	}
	t.Fit(terminal, "Measured", "P25 E2E, tok/s")
	return "\n" + t.String()
}

// text returns the ends of an interval, each in the format.
func (i *Interval) text(format string) string {
	if i == nil {
		return "-"
	}
	end := func(v *float64, unbounded string) string {
		if v == nil {
			return unbounded
		}
		return fmt.Sprintf(format, *v)
	}
	return end(i.Low, "?") + " to " + end(i.High, "?")
}
