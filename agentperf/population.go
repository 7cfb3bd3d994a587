package agentperf

import (
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A population is the workload in its steady state, by pace.
type population struct {
	replay.Paces
	schedule trajectory.Schedule // of no phase
	lengths  map[aStart]float64  // of plays
}

// heldSamples is the number of quantiles that stand for what one agent holds: enough for the
// part of a workload that a thousandth of the agents are in.
const heldSamples = 1024

// steady returns what the rule wants to know of the steady state at a pace.
func (p *population) steady(pace record.Pace) decide.Population {
	s := p.At(pace)
	m := s.Means()
	return decide.Population{Held: s.Held(heldSamples), Inputs: s.Inputs(heldSamples), Input: m.Input, Output: m.Output, Turn: m.Turn, Seconds: m.Seconds, Busy: m.Busy}
}

// aStart is where a play begins, at a pace.
type aStart struct {
	pace       record.Pace
	trajectory *trajectory.Trajectory
	turn       int
}

// length returns how many seconds a play takes at a pace, whose steady state is given.
func (p *population) length(pace record.Pace, steady *trajectory.Steady, play trajectory.Play) float64 {
	key := aStart{pace, play.Trajectory, play.Start}
	if p.lengths == nil {
		p.lengths = make(map[aStart]float64)
	}
	l, ok := p.lengths[key]
	if !ok {
		l = steady.Length(play.Trajectory, play.Start)
		p.lengths[key] = l
	}
	return l
}
