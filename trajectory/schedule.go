package trajectory

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"

	"github.com/agentperf/agentperf-go/internal/keyed"
)

// A Schedule says who plays what: the endless list of plays of each agent. It
// depends on nothing but its fields. In particular an agent has the same work
// whatever the number of agents, and the same trajectories and delays in every
// phase of one Draw; only the prefixes that keep the caches of plays apart change.
type Schedule struct {
	// Workload is what there is to play; not empty.
	Workload *Workload
	// Seed determines everything random.
	Seed uint64
	// Phase tells phases of one run apart.
	Phase int
	// Draw says who plays what: in phases with the same draw an agent has the same work,
	// with another it has other work, drawn independently.
	Draw int
	// MaxStart bounds the turn at which the first play of an agent begins,
	// drawn uniformly from 0 to MaxStart and at most to the trajectory's last
	// turn, so that agents do not march in step. Later plays begin at 0.
	MaxStart int
}

// A Play is one agent's way through one trajectory.
type Play struct {
	Trajectory *Trajectory
	// Start is the first turn to play.
	Start int
	// Session names the play, unique to it: the value of a session header.
	Session string
	// Prefix is the text that the policy puts in front of a message. Being
	// unique to the play it keeps a server from reusing the cache of another
	// play, and being the same in all its turns it lets the server reuse the
	// play's own. Empty adds nothing.
	Prefix string

	seed     uint64 // of the tool delays
	below    bool   // it is a subagent's
	subagent string // its ID
}

// Plays returns the plays of an agent, counted from 0, without end. Each
// agent goes through all trajectories in an order of its own, again and again.
func (s Schedule) Plays(agent int) iter.Seq[Play] {
	return func(yield func(Play) bool) {
		// Independent streams of random numbers, by purpose.
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

// prefix returns 32 random digits, apart so that each is a token, and a word to
// the model about them.
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
