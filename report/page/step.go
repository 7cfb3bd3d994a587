package page

import (
	"fmt"
	"math"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
)

// A step is a phase of a search.
type step struct {
	*agentperf.PhaseResult
	figures    *agentperf.Figures // those of an invalid phase, too; nil without any
	key        string
	state      chart.State
	speed, e2e measured
	ttft       float64
	ttftBroken bool // infinite
}

// mostPhases bounds the phases of a system: a search of days has some thousands.
const mostPhases = 5000

// stepsOf returns the phases of a report in the order in which they were run.
func stepsOf(s *subject) (all []step) {
	for i := range s.report.Phases[:min(len(s.report.Phases), mostPhases)] {
		p := &s.report.Phases[i]
		if p.Agents < 1 {
			continue
		}
		st := step{PhaseResult: p, figures: p.Figures, key: fmt.Sprintf("p%d-%d", s.index, i), speed: unknown, e2e: unknown, ttft: math.NaN(), state: chart.Tentative}
		if p.Invalid != "" {
			st.state, st.figures = chart.Invalid, p.InvalidFigures
		} else if len(p.Verdicts) == 0 {
			st.state = chart.Decided // nothing was to be decided
		}
		for _, v := range p.Verdicts {
			if p.Invalid == "" && (v.Verdict == agentperf.Pass || v.Verdict == agentperf.Fail) {
				st.state = chart.Decided
			}
		}
		if f := st.figures; f != nil {
			st.speed, st.e2e = withInterval(f.P25Speed, f.P25SpeedInterval), withInterval(f.P25E2ESpeed, f.P25E2ESpeedInterval)
			st.ttft, st.ttftBroken = value(f.P95TTFT), f.P95TTFTState == "infinite"
		}
		all = append(all, st)
	}
	return all
}

// judged returns the speed that a level judges.
func (p step) judged(l level) measured {
	if l.e2e > 0 {
		return p.e2e
	}
	return p.speed
}
