package trajectory

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"

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
}

// A Play is one agent's pass through one trajectory.
type Play struct {
	Trajectory *Trajectory
	// Start is the first turn to play.
	Start int
	// Session identifies the play: the value of a session header.
	Session string
	// Prefix is the text that the policy puts in front of a message. It is unique
	// to the play, so that a server cannot reuse the cache of another play, and the
	// same in all turns, so that it can reuse the play's own. Empty adds nothing.
	Prefix string

	seed     uint64 // of the tool delays
	below    bool   // set for a subagent's
	subagent string // ID of the subagent
}

// Plays returns the endless plays of an agent, counted from 0. Each agent goes through
// all trajectories again and again, each time in a new random order.
func (s Schedule) Plays(agent int) iter.Seq[Play] {
	return func(yield func(Play) bool) {
		// Independent random numbers for each purpose.
		order := s.rng(agent, 1, s.Draw)
		salt := s.rng(agent, 2, s.Phase)
		for first := true; ; {
			for _, i := range order.Perm(len(s.Workload.Trajectories)) {
				p := Play{Trajectory: s.Workload.Trajectories[i], seed: order.Uint64()}
				if first {
					first = false
					p.Start = order.IntN(min(s.MaxStart, len(p.Trajectory.Turns)-1) + 1)
				}
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

// prefix returns 32 random digits, spaced so that each is a token, and a note that
// tells the model to ignore them.
func prefix(rng *rand.Rand) string {
	var b strings.Builder
	for i := range 32 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteByte('0' + byte(rng.IntN(10)))
	}
	b.WriteString("\nThese digits only number the session. Pay no attention to them.\n\n")
	return b.String()
}
