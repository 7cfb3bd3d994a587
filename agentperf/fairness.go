package agentperf

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

const (
	// namedAgents bounds the starved agents that are named; more of them are no help.
	namedAgents = 10
	// heldEnd and heldPart say when the end of an answer was held back: by more than
	// heldEnd, which is far above what usage and a closing event take, and by more than
	// this part of the whole, which makes a difference to the agent.
	heldEnd  = time.Second
	heldPart = 0.1
	// medianAnswers is the least number of answers of which an agent's median counts: that
	// of one or two is below the floor by luck where a quarter of all are.
	medianAnswers = 3
)

// fairness fills in the figures that say how evenly the agents were served.
func (f *Figures) fairness(p *record.Phase, tiers []decide.Tier) {
	starved := derive.StarvedAgents(p)
	f.StarvedAgents = len(starved)
	for _, s := range starved[:min(len(starved), namedAgents)] {
		f.Starved = append(f.Starved, StarvedAgent{Agent: s.Agent, WaitedSeconds: s.Idle.Seconds()})
	}
	if p.Window() <= 0 {
		return
	}
	fit, turns := derive.FitOf(p, p.End), 0
	lags := metrics.Percentiles{Exact: -1}
	for i := range p.Rows {
		r := &p.Rows[i]
		if r.Outcome != record.OK || !p.Within(r.End) {
			continue
		}
		turns++
		if lag, ok := endLag(r, fit); ok {
			lags.Record(lag.Seconds())
			if lag > heldEnd && lag.Seconds() > heldPart*(r.End-r.Sent).Seconds() {
				f.HeldEnds++
			}
		}
	}
	f.TurnsPerAgentHour = new(float64(turns) / (float64(p.Agents) * p.Window().Hours()))
	f.P95EndLag = at(&lags, 95)
	for i := range tiers {
		f.Tiers = append(f.Tiers, tierFigures(p, fit, &tiers[i]))
	}
}

func tierFigures(p *record.Phase, fit derive.Fit, tier *decide.Tier) TierFigures {
	f, floor := TierFigures{Tier: tier.Name}, &tier.Criteria[0]
	slow, speeds := make([][]span, p.Agents), make([]metrics.Percentiles, p.Agents)
	turns, density, first := 0, tokensPerByte(p), tier.FirstTokens(p, fit, p.End)
	total, allowed := time.Duration(0), time.Duration(0) // whole numbers: requests end in any order
	for _, rows := range [][]record.Row{p.Rows, p.Open} {
		for i := range rows {
			r := &rows[i]
			until := p.End
			if r.End >= 0 {
				until = r.End
			}
			if r.Void() || int(r.Agent) >= p.Agents || until < p.Settled {
				continue
			}
			t := fit.Timing(r)
			bad := broken(tier, r, &t, until, density, first)
			if bad {
				slow[r.Agent] = append(slow[r.Agent], span{max(r.Begun, p.Settled), min(until, p.WindowEnd)})
			}
			if !p.Within(r.End) || r.Outcome != record.OK && !r.Failed() {
				continue
			}
			f.Ended++
			if bad {
				f.Broken++
			}
			if r.Outcome != record.OK {
				continue
			}
			turns++
			allowed += allowedTime(tier, r, &t)
			if v, ok := floor.Figure(r, &t, first); ok {
				speeds[r.Agent].Exact = -1
				speeds[r.Agent].Record(v)
			}
		}
	}
	for agent := range slow {
		total += covered(slow[agent])
		if median, ok := speeds[agent].At(50); ok && speeds[agent].N() >= medianAnswers && median < floor.Bound {
			f.AgentsBelowFloor++
		}
	}
	f.SlowAgentTime = total.Seconds() / (float64(p.Agents) * p.Window().Seconds())
	if turns > 0 && allowed > 0 {
		f.AllowedTurns = new(float64(turns) / allowed.Hours())
	}
	return f
}

// A span is a stretch of time.
type span struct{ from, to time.Duration }

// covered returns how much time spans cover, which overlap where an agent has subagents.
func covered(spans []span) (d time.Duration) {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	end := time.Duration(0)
	for _, s := range spans {
		d += max(0, s.to-max(s.from, end))
		end = max(end, s.to)
	}
	return d
}

// at returns a percentile; nil if there is none, or if it is infinite, which JSON cannot
// hold.
func at(p *metrics.Percentiles, percent float64) *float64 {
	v, ok := p.At(percent)
	if !ok || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
