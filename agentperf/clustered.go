package agentperf

import (
	"maps"
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/clusters"
	"github.com/agentperf/agentperf-go/internal/derive"
)

// The quantiles that have intervals.
const (
	speedQuantile = 0.25
	ttftQuantile  = 0.95
)

// collected is the figures of the requests of a phase.
type collected struct{ speed, e2e, ttft clustered }

// collect returns the figures of a phase. In a steady state speeds are those of the answers
// that ended in the window, as many of each kind as began in it, so that none is left out for
// being long; otherwise those of the requests that began in it, as [Figures] has. First
// tokens are those of requests that began in the window.
func collect(p *record.Phase, steady bool) (c collected) {
	fit := derive.FitOf(p, p.End)
	for i := range p.Rows {
		r := &p.Rows[i]
		began := p.Measured(r)
		ended, whole := began, began
		if steady { // what met a cold cache has a speed and no first token of the steady state
			ended = p.Within(r.End)
			began, whole = began && !r.Cold, ended && !r.Cold
		}
		if r.Failed() {
			c.speed.add(r, ended, 0, true)
			c.e2e.add(r, whole, 0, true)
			c.ttft.add(r, began, math.Inf(1), true)
		}
		if r.Outcome != record.OK {
			continue
		}
		t := fit.Timing(r)
		speed, ok := t.OutputSpeed()
		c.speed.add(r, ended, float64(speed), ok)
		speed, ok = t.E2ESpeed()
		c.e2e.add(r, whole, float64(speed), ok)
		d, ok := t.TTFT()
		c.ttft.add(r, began, d.Seconds(), ok)
	}
	return c
}

// sample returns what is kept of the figures.
func (c *collected) sample() *phaseSample {
	return &phaseSample{Speed: c.speed.sample(speedQuantile), E2E: c.e2e.sample(speedQuantile), TTFT: c.ttft.sample(ttftQuantile)}
}

// clustered is a figure of requests, by agent and by play.
type clustered struct{ agents, plays map[int32][]float64 }

func (c *clustered) add(r *record.Row, counts bool, v float64, known bool) {
	if !counts || !known {
		return
	}
	if c.agents == nil {
		c.agents, c.plays = make(map[int32][]float64), make(map[int32][]float64)
	}
	c.agents[r.Agent] = append(c.agents[r.Agent], v)
	c.plays[r.Play] = append(c.plays[r.Play], v)
}

// What is taken for a cluster; see [Interval].
const (
	byPhases = "phases"
	byAgents = "agents"
	byPlays  = "plays"
)

// interval returns the interval of a quantile: over agents, or over plays where there are too
// few agents. by is empty if there are too few of either.
func (c *clustered) interval(p float64) (i clusters.Interval, by string) {
	if i, ok := clusters.Quantile(inOrder(c.agents), p, clusters.Least); ok {
		return i, byAgents
	}
	if i, ok := clusters.Quantile(inOrder(c.plays), p, clusters.Least); ok {
		return i, byPlays
	}
	return i, ""
}

// inOrder returns clusters in the order of their numbers: sums in another would differ in the
// last bit.
func inOrder(groups map[int32][]float64) (all [][]float64) {
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		all = append(all, groups[key])
	}
	return all
}

// sample returns the distribution of the figure, and how much its quantile is worth.
func (c *clustered) sample(p float64) quantileSample {
	s := quantileSample{Bins: make(map[int]int)}
	for _, vs := range c.agents {
		for _, v := range vs {
			switch {
			case v <= 0:
				s.Zeros++
			case math.IsInf(v, 1):
				s.Infinite++
			default:
				s.Bins[binOf(v)]++
			}
		}
	}
	if i, by := c.interval(p); by != "" {
		s.Clusters, s.Effective, s.By = i.Clusters, i.Effective, by
	}
	return s
}
