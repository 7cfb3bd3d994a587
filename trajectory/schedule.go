package trajectory

import (
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/agentperf/agentperf-go/internal/keyed"
)

// A Schedule says who plays what: an endless list of plays for each agent. It depends
// only on its fields. An agent has the same work however many agents there are, and the
// same trajectories and delays in every phase of one Draw; only the prefixes that keep the
// caches of plays apart differ.
type Schedule struct {
	// Workload holds the trajectories to play, at least one.
	Workload *Workload
	// Seed determines everything random.
	Seed uint64
	// Phase numbers the phases of a run.
	Phase int
	// Draw numbers the draws of a run: with the same draw an agent has the same work in
	// two phases, with another it has other work, drawn independently.
	Draw int
	// MaxStart is the latest turn at which the first play of an agent begins. The
	// turn is drawn uniformly from 0 to MaxStart, or to the trajectory's last turn
	// if that is earlier, so that agents do not march in step. Later plays begin
	// at turn 0.
	MaxStart int
	// Assigned, if not nil, says which trajectories of Workload each agent plays, in that order
	// and then again from the first, instead of drawing the order: one list that is not empty
	// for each agent. It goes with MaxStart and not with Steady.
	Assigned [][]*Trajectory
	// Steady, if set, replaces MaxStart: the first play of an agent begins where an agent
	// stands at a random moment of the steady state, so that what is measured at once is
	// what would be measured much later. Agents that begin early in their trajectories
	// hold short contexts, and need about as long as a trajectory lasts to get there.
	// It must be that of Workload. The same Draw and Steady give the same standings.
	//
	// The moment is drawn as [Steady] says. A thread that is in the middle of an answer
	// sends that turn at once and asks for the tokens that are left, at least 2. It asks
	// for the whole answer before the first token, and where the length is left to the
	// model. A thread in a pause waits for the rest of it. One that waits for subagents
	// waits until they have ended, and for its whole delay. Threads that have ended are
	// left out, and subagents that have not started start as usual. Later plays go on
	// with the round of all trajectories that the first play is in.
	//
	// The cache of the server is not in its steady state: the first request of each
	// thread finds it cold ([Request.Cold]), so its time to first token says nothing of
	// the steady state.
	Steady *Steady
}

// Plays returns the endless plays of an agent, counted from 0. Each agent goes through
// all trajectories again and again, each time in a new random order, or in that of Assigned.
// Plays panics if Steady is of another workload, or if Assigned has no list for the agent.
func (s Schedule) Plays(agent int) iter.Seq[Play] {
	return func(yield func(Play) bool) {
		// Independent random numbers for each purpose.
		order := s.rng(agent, 1, s.Draw)
		salt := s.rng(agent, 2, s.Phase)
		var at *standing
		var current int // index of the trajectory that the agent is in when it begins
		if s.Steady != nil {
			if s.Steady.workload != s.Workload {
				panic("trajectory: Schedule.Steady is of another workload")
			}
			current, at = s.Steady.draw(s.rng(agent, 3, s.Draw))
		}
		for first := true; ; {
			all := s.Workload.Trajectories
			round := order.Perm(len(all))
			if s.Assigned != nil {
				all = s.Assigned[agent]
				round = round[:0]
				for i := range all {
					round = append(round, i)
				}
			}
			for _, i := range round {
				p := Play{Trajectory: all[i], seed: order.Uint64()}
				switch {
				case first && s.Steady != nil:
					if i != current {
						continue // the round began earlier
					}
					p.standing, p.Start = at, at.turn
				case first:
					p.Start = order.IntN(min(s.MaxStart, len(p.Trajectory.Turns)-1) + 1)
				}
				first = false
				p.Session = fmt.Sprintf("%016x", salt.Uint64())
				p.Prefix = prefix(salt)
				if !yield(p) {
					return
				}
			}
		}
	}
}

// rng returns random numbers for one purpose of one agent.
func (s Schedule) rng(agent, purpose, phase int) *rand.Rand {
	return keyed.Key{s.Seed, uint64(agent), uint64(purpose), uint64(phase)}.Rand()
}
