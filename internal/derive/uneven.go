package derive

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

const (
	// unevenFactor is how many times as slow as the others a client must be, or how many times
	// as often its requests must fail: half of the speed is the difference between service
	// levels, so that whoever is told of less would look for what changes no answer.
	unevenFactor = 2
	// unevenWait is by how much longer, in seconds, a client must wait for first tokens besides:
	// twice what a client may be late, and little beside the ceilings of service levels.
	unevenWait = 0.1
	// unevenRate bounds the probability of a warning about a phase in which the clients are
	// alike, over all of them: a run has some tens of phases, so that one in some hundreds of
	// runs is warned of at most.
	unevenRate = 1e-4
)

// Uneven says which of several clients saw a much slower system than the others, waited much
// longer for first tokens, or had most of the failures: the network of one machine then looks like
// a slow system. It is given the requests that were measured.
//
// Agents are dealt to clients without a look at what they play, so that clients that see the
// same system differ as two halves of a shuffled deck do. Whole agents are compared, since the
// requests of one have the same work and the same luck: the number of a client's agents that are
// slower than the median agent, or wait longer, or had a failure, is hypergeometric. What a client
// has more of input than the others is granted to it, as if a token took as much longer: agents
// that were assigned their work may be no shuffled deck.
func Uneven(p *record.Phase, rows []*record.Row, fit Fit) (texts []string) {
	if len(p.Clients) < 2 || p.Owners == nil {
		return nil
	}
	agents := make([]seen, p.Agents)
	for _, r := range rows {
		agents[r.Agent].add(r, fit)
	}
	rate := unevenRate / float64(3*len(p.Clients)) // three questions about each
	for c, dealt := range deal(p, agents) {
		slow, waiting, failing := dealt.slow.atLeast() <= rate, dealt.waiting.atLeast() <= rate, dealt.failing.atLeast() <= rate
		if !slow && !waiting && !failing {
			continue // as it nearly always is, which spares a look at all rows for each client
		}
		var mine, others seen
		for _, r := range rows {
			if ClientOf(p, r) == c {
				mine.add(r, fit)
			} else {
				others.add(r, fit)
			}
		}
		var says []string
		if slow {
			says = append(says, slower(&mine, &others)...)
		}
		if waiting {
			says = append(says, waited(&mine, &others)...)
		}
		if failing {
			says = append(says, failed(&mine, &others)...)
		}
		if len(says) > 0 {
			texts = append(texts, fmt.Sprintf("the client %s saw another system than the others did: %s; look at its network and machine before the system", p.Clients[c].Name, strings.Join(says, "; ")))
		}
	}
	return texts
}

// slower says by how much a client is slower than the others; nothing if that is not much.
func slower(mine, others *seen) []string {
	own, ok := mine.speed.At(50)
	rest, known := others.speed.At(50)
	if !ok || !known || unevenFactor*own*work(mine, others) >= rest {
		return nil
	}
	return []string{fmt.Sprintf("the P50 output speed of its requests is %.3g tokens/s, that of all others %.3g", own, rest)}
}

// waited says how much longer than the others a client waits for first tokens; nothing if that is
// not much.
func waited(mine, others *seen) []string {
	own, ok := mine.first.At(50)
	rest, known := others.first.At(50)
	if !ok || !known || own <= unevenFactor*rest*work(mine, others) || own < rest+unevenWait {
		return nil
	}
	return []string{fmt.Sprintf("the P50 TTFT of its requests is %.3g s, that of all others %.3g s", own, rest)}
}

// work returns how many times as much input a client has as the others, 1 at least.
func work(mine, others *seen) float64 {
	own, ok := mine.input.At(50)
	rest, known := others.input.At(50)
	if !ok || !known {
		return 1
	}
	return max(1, own/rest)
}

// failed says how many of a client's requests failed; nothing if most failures are of others.
func failed(mine, others *seen) []string {
	if mine.failed <= others.failed || float64(mine.failed)*float64(others.n) <= unevenFactor*float64(others.failed)*float64(mine.n) {
		return nil
	}
	return []string{fmt.Sprintf("%d of its %d requests failed, and %d of the %d of all others", mine.failed, mine.n, others.failed, others.n)}
}

// seen is what an agent saw, or a client.
type seen struct {
	speed, first, input metrics.Percentiles
	n, failed           int
}

func (s *seen) add(r *record.Row, fit Fit) {
	s.speed.Exact, s.first.Exact, s.input.Exact = -1, -1, -1
	s.n++
	if r.Failed() {
		s.failed++
	}
	if v, ok := Speed(r, fit); ok {
		s.speed.Record(v)
	}
	if r.Outcome == record.OK && r.First >= 0 {
		s.first.Record((r.First - r.Sent).Seconds())
	}
	if r.Recorded > 0 {
		s.input.Record(float64(r.Recorded))
	}
}

// A dealing says how many of a client's agents are slower than the median agent, how many wait
// longer for first tokens, and how many had a failure.
type dealing struct{ slow, waiting, failing hand }

// deal returns the dealings of all clients.
func deal(p *record.Phase, agents []seen) []dealing {
	speeds, _, middle := medians(agents, func(s *seen) *metrics.Percentiles { return &s.speed })
	waits, usual, _ := medians(agents, func(s *seen) *metrics.Percentiles { return &s.first })
	dealt := make([]dealing, len(p.Clients))
	for c := range dealt {
		d := &dealt[c]
		for a := range agents {
			own := int(p.Owners[a]) == c
			if !math.IsNaN(speeds[a]) {
				d.slow.take(own, speeds[a] < middle)
			}
			if !math.IsNaN(waits[a]) {
				d.waiting.take(own, waits[a] > usual)
			}
			if agents[a].n > 0 {
				d.failing.take(own, agents[a].failed > 0)
			}
		}
	}
	return dealt
}

// medians returns the median of each agent, NaN of those that have none, and that of the median
// agent: of two in the middle, either may be the worse.
func medians(agents []seen, of func(*seen) *metrics.Percentiles) (all []float64, low, high float64) {
	var known []float64
	for a := range agents {
		v, ok := of(&agents[a]).At(50)
		if !ok {
			v = math.NaN()
		} else {
			known = append(known, v)
		}
		all = append(all, v)
	}
	if len(known) == 0 {
		return all, math.NaN(), math.NaN()
	}
	slices.Sort(known)
	return all, known[(len(known)-1)/2], known[len(known)/2]
}
