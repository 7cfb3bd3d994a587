package page

import (
	"math"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// An extent is what a scale has to hold: figures above 0.
type extent struct{ low, high float64 }

func (e *extent) add(v float64) {
	if !(v > 0) || math.IsInf(v, 0) {
		return
	}
	if e.high == 0 {
		e.low, e.high = v, v
	}
	e.low, e.high = min(e.low, v), max(e.high, v)
}

// take returns the rules that are not far off the figures, with room for them: a level that no
// system comes near would leave the lines no room. Promises that are kept by far are shown all
// the same.
func (e *extent) take(rules []chart.Rule, ceilings bool) (near []chart.Rule) {
	high := e.high
	for _, r := range rules {
		if r.At <= high*1.6 || ceilings && r.At <= high*1e4 {
			near = append(near, r)
			e.add(r.At)
		}
	}
	return near
}

// agentsAxis is the axis of numbers of agents, for all charts of these systems.
func agentsAxis(systems []*subject) chart.Axis {
	var valid, invalid extent
	for _, s := range systems {
		for _, p := range s.points {
			stretch(&valid, &invalid, p.agents, p.state)
		}
	}
	return agentsWithin(valid, invalid)
}

// searchAxis is the axis of numbers of agents of a search.
func searchAxis(steps []step) chart.Axis {
	var valid, invalid extent
	for _, p := range steps {
		stretch(&valid, &invalid, p.Agents, p.state)
	}
	return agentsWithin(valid, invalid)
}

func stretch(valid, invalid *extent, agents int, state chart.State) {
	if state == chart.Invalid {
		valid = invalid
	}
	valid.add(float64(agents))
}

// agentsWithin is an axis of what is valid, or of the rest if there is nothing else.
func agentsWithin(valid, invalid extent) chart.Axis {
	if valid.high == 0 {
		valid = invalid
	}
	return chart.Axis{Scale: chart.Agents(valid.high), Title: "Concurrent agents", Format: chart.Whole}
}
