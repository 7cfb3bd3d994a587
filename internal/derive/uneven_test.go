package derive_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
)

// A played request is one of an agent that was answered after a second and a wait, at a speed in
// tokens per second, or failed with a speed of 0.
type played struct {
	agent, input int
	speed        float64
	wait         time.Duration
}

// ofClients is a phase of agents that are dealt to clients in turn.
func ofClients(agents, clients int, all []played) (*record.Phase, []*record.Row) {
	p := &record.Phase{Header: record.Header{Agents: agents, WindowEnd: time.Minute, End: time.Minute}}
	for c := range clients {
		p.Clients = append(p.Clients, record.Client{Name: fmt.Sprintf("w%d", c)})
	}
	for a := range agents {
		p.Owners = append(p.Owners, int32(a%clients))
	}
	for _, q := range all {
		a := answer{agent: int32(q.agent), outcome: record.Failed, end: sec}
		if q.speed > 0 {
			step, first := time.Duration(1e9/q.speed), sec+q.wait
			a = answer{agent: int32(q.agent), outcome: record.OK, events: every(first, step, 11), end: first + 11*step, usage: 11}
		}
		row := a.row()
		row.Recorded = int32(q.input)
		p.Rows = append(p.Rows, row)
	}
	rows := make([]*record.Row, len(p.Rows))
	for i := range p.Rows {
		rows[i] = &p.Rows[i]
	}
	return p, rows
}

func uneven(agents, clients int, all []played) []string {
	p, rows := ofClients(agents, clients, all)
	return derive.Uneven(p, rows, derive.FitOf(p, p.End))
}

func TestUneven(t *testing.T) {
	// each makes three requests of each agent.
	each := func(agents int, of func(agent, i int) played) (all []played) {
		for a := range agents {
			for i := range 3 {
				q := of(a, i)
				q.agent = a
				all = append(all, q)
			}
		}
		return all
	}
	// slow has the agents of the first of two clients at one speed, and the others at 100.
	slow := func(speed float64, input int) func(a, i int) played {
		return func(a, _ int) played {
			if a%2 == 0 {
				return played{input: input, speed: speed}
			}
			return played{input: 1000, speed: 100}
		}
	}
	waits := func(wait time.Duration, input int) func(a, i int) played {
		return func(a, _ int) played {
			if a%2 == 0 {
				return played{input: input, speed: 100, wait: wait}
			}
			return played{input: 1000, speed: 100}
		}
	}
	for _, tt := range []struct {
		name            string
		agents, clients int
		of              func(agent, i int) played
		want            []string
	}{
		{"alike", 40, 2, func(int, int) played { return played{input: 1000, speed: 100} }, nil},
		{"one at a third", 40, 2, slow(33, 1000), []string{"the client w0 saw another system than the others did: the P50 output speed of its requests is 33 tokens/s, that of all others 100; look at its network and machine before the system"}},
		{"one at 60 %", 40, 2, slow(60, 1000), nil},
		{"one at a third, with three times the input", 40, 2, slow(34, 3000), nil},
		// A shuffled deck of 20 has one half in one hand once in 184756, and of 18 once in 48620.
		// Of two clients 1 in 60000 is needed.
		{"ten agents each", 20, 2, slow(33, 1000), []string{"the client w0 saw"}},
		{"nine agents each", 18, 2, slow(33, 1000), nil},
		{"one waits", 40, 2, waits(1500*ms, 1000), []string{"the client w0 saw another system than the others did: the P50 TTFT of its requests is 2.5 s, that of all others 1 s; look"}},
		{"one waits less than twice as long", 40, 2, waits(900*ms, 1000), nil},
		{"one waits, with three times the input", 40, 2, waits(1500*ms, 3000), nil},
		{"all fail at one of four", 64, 4, func(a, _ int) played {
			if a%4 == 3 {
				return played{}
			}
			return played{speed: 100}
		}, []string{"the client w3 saw another system than the others did: the P50 output speed of its requests is 0 tokens/s, that of all others 100; 48 of its 48 requests failed, and 0 of the 144 of all others; look"}},
		{"one in three fails at one of two", 40, 2, func(a, i int) played {
			if a%2 == 1 && i == 0 || a == 2 && i == 0 {
				return played{}
			}
			return played{speed: 100}
		}, []string{"the client w1 saw another system than the others did: 20 of its 60 requests failed, and 1 of the 60 of all others; look"}},
		{"one in three fails everywhere", 40, 2, func(a, i int) played {
			if i == 0 {
				return played{}
			}
			return played{speed: 100}
		}, nil},
		// All failures are of one agent, which has had bad luck of its own.
		{"one agent fails", 40, 2, func(a, _ int) played {
			if a == 4 {
				return played{}
			}
			return played{speed: 100}
		}, nil},
		{"one client", 40, 1, func(a, _ int) played { return played{speed: 10 * float64(1+a%2)} }, nil},
	} {
		got := uneven(tt.agents, tt.clients, each(tt.agents, tt.of))
		ok := len(got) == len(tt.want)
		for i := range got {
			ok = ok && strings.HasPrefix(got[i], tt.want[i])
		}
		if !ok {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	p, rows := ofClients(40, 2, each(40, slow(33, 1000)))
	if p.Owners = nil; len(derive.Uneven(p, rows, derive.Fit{})) > 0 {
		t.Error("it is said of phases whose owners nobody knows")
	}
}

// Clients that see the same system are not told apart, whatever agents differ in: each has its
// own speed, spread over two orders of magnitude, and its own rate of failures, from none to all.
func TestUnevenByChance(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 1))
	said := 0
	for range 2000 {
		clients := 2 + rng.IntN(7)
		agents := clients * (1 + rng.IntN(12))
		var all []played
		for a := range agents {
			speed, failing := 100*math.Exp(1.2*rng.NormFloat64()), math.Pow(rng.Float64(), 4)
			for range 1 + rng.IntN(4) {
				q := played{agent: a, input: 1000, speed: speed * math.Exp(0.2*rng.NormFloat64()), wait: time.Duration(1e9 * math.Exp(2*rng.NormFloat64()))}
				if rng.Float64() < failing {
					q.speed = 0
				}
				all = append(all, q)
			}
		}
		if len(uneven(agents, clients, all)) > 0 {
			said++
		}
	}
	// 0.2 are allowed on average, and the factor of two takes most of these.
	if said > 0 {
		t.Errorf("%d of 2000 phases have a warning", said)
	}
}
