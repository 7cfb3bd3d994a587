package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
)

// A point is what was measured at a number of agents. Figures that are unknown are NaN.
type point struct {
	agents int
	state  chart.State
	reason string // of an invalid one
	key    string

	speed, ttft, e2e measured
	output, cached   float64
	requests, failed int
}

// mostPoints bounds the numbers of agents of a system: a search of days has some hundreds.
const mostPoints = 2000

// pointsOf returns the numbers of agents of a report in increasing order: those that count, and
// those of which every phase is invalid.
func pointsOf(s *subject) (all []point) {
	r := s.report
	decided, seen := s.decided(), make(map[int]bool)
	for i := range r.Numbers {
		f := &r.Numbers[i]
		if f.Agents < 1 || len(f.Phases) == 0 || seen[f.Agents] || len(all) == mostPoints {
			continue
		}
		seen[f.Agents] = true
		p := point{
			agents: f.Agents, state: chart.Tentative,
			speed: withInterval(f.P25Speed, f.P25SpeedInterval), ttft: withInterval(f.P95TTFT, f.P95TTFTInterval),
			e2e: withInterval(f.P25E2ESpeed, f.P25E2ESpeedInterval), output: value(f.OutputTokensPerSecond), cached: value(f.CachedInput),
			requests: f.Requests, failed: f.Failed,
		}
		if decided[f.Agents] || len(r.Tiers) == 0 { // or nothing was to be decided
			p.state = chart.Decided
		}
		if f.P95TTFTState == "infinite" {
			p.ttft = measured{math.Inf(1), math.NaN(), math.NaN()}
		}
		all = append(all, p)
	}
	for i := range r.Phases {
		p := &r.Phases[i]
		if p.Invalid == "" || p.Agents < 1 || seen[p.Agents] || len(all) == mostPoints {
			continue
		}
		seen[p.Agents] = true
		q := point{agents: p.Agents, state: chart.Invalid, reason: p.Invalid, speed: unknown, ttft: unknown, e2e: unknown, output: math.NaN(), cached: math.NaN()}
		if f := p.InvalidFigures; f != nil {
			q.speed, q.ttft, q.e2e = withInterval(f.P25Speed, nil), withInterval(f.P95TTFT, nil), withInterval(f.P25E2ESpeed, nil)
			q.requests, q.failed = f.Requests, f.Failed
		}
		all = append(all, q)
	}
	slices.SortFunc(all, func(a, b point) int { return cmp.Compare(a.agents, b.agents) })
	for i := range all {
		all[i].key = s.pointKey(all[i].agents)
	}
	return all
}

// pointKey ties all that is drawn of a number of agents together, and the phases to it.
func (s *subject) pointKey(agents int) string { return fmt.Sprintf("n%d-%d", s.index, agents) }

// decided returns the numbers of agents at which some level has a verdict.
func (s *subject) decided() map[int]bool {
	all := make(map[int]bool)
	for i := range s.tiers() {
		for _, n := range s.report.Tiers[i].Numbers {
			if n.Verdict == agentperf.Pass || n.Verdict == agentperf.Fail {
				all[n.Agents] = true
			}
		}
	}
	return all
}
