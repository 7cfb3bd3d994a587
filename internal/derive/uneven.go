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
	// unevenRate bounds the probability of a warning about a phase in which the clients are
	// alike, over all of them: a run has some tens of phases, so that one in some hundreds of
	// runs is warned of at most.
	unevenRate = 1e-4
)

// Uneven says which of several clients saw a much slower system than the others, or had most of
// the failures: the network of one machine then looks like a slow system. It is given the
// requests that were measured.
//
// Agents are dealt to clients without a look at what they play, so that clients that see the
// same system differ as two halves of a shuffled deck do. Whole agents are compared, since the
// requests of one have the same work and the same luck: the number of a client's agents that are
// slower than the median agent, or had a failure, is hypergeometric. What a client has more of
// input than the others is granted to it, as if a token took as much longer: agents that were
// assigned their work may be no shuffled deck.
func Uneven(p *record.Phase, rows []*record.Row, fit Fit) (texts []string) {
	if len(p.Clients) < 2 || p.Owners == nil {
		return nil
	}
	agents := make([]seen, p.Agents)
	for _, r := range rows {
		agents[r.Agent].add(r, fit)
	}
	rate := unevenRate / float64(2*len(p.Clients)) // two questions about each
	for c, dealt := range deal(p, agents) {
		slow, failing := dealt.slow.atLeast() <= rate, dealt.failing.atLeast() <= rate
		if !slow && !failing {
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
	work := 1.0
	a, some := mine.input.At(50)
	b, all := others.input.At(50)
	if some && all {
		work = max(1, a/b)
	}
	if !ok || !known || unevenFactor*own*work >= rest {
		return nil
	}
	return []string{fmt.Sprintf("the P50 output speed of its requests is %.3g tokens/s, that of all others %.3g", own, rest)}
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
	speed, input metrics.Percentiles
	n, failed    int
}

func (s *seen) add(r *record.Row, fit Fit) {
	s.speed.Exact, s.input.Exact = -1, -1
	s.n++
	if r.Failed() {
		s.failed++
	}
	if v, ok := Speed(r, fit); ok {
		s.speed.Record(v)
	}
	if r.Recorded > 0 {
		s.input.Record(float64(r.Recorded))
	}
}

// A dealing says how many of a client's agents are slower than the median agent, and how many
// had a failure.
type dealing struct{ slow, failing hand }

// deal returns the dealings of all clients.
func deal(p *record.Phase, agents []seen) []dealing {
	medians := make([]float64, len(agents))
	var known []float64
	for a := range agents {
		v, ok := agents[a].speed.At(50)
		if medians[a] = v; ok {
			known = append(known, v)
		} else {
			medians[a] = math.NaN()
		}
	}
	middle := math.NaN()
	if len(known) > 0 {
		slices.Sort(known)
		middle = known[len(known)/2]
	}
	dealt := make([]dealing, len(p.Clients))
	for c := range dealt {
		d := &dealt[c]
		for a := range agents {
			own := int(p.Owners[a]) == c
			if !math.IsNaN(medians[a]) {
				d.slow.take(own, medians[a] < middle)
			}
			if agents[a].n > 0 {
				d.failing.take(own, agents[a].failed > 0)
			}
		}
	}
	return dealt
}

// A hand is what a player got of a deck: marked cards among all.
type hand struct{ deck, marked, cards, got int }

func (h *hand) take(own, marked bool) {
	h.deck++
	if marked {
		h.marked++
	}
	if own {
		if h.cards++; marked {
			h.got++
		}
	}
}

// atLeast returns the probability of as many marked cards or more in a hand of a shuffled deck.
func (h *hand) atLeast() (p float64) {
	if h.got == 0 {
		return 1
	}
	all := choose(h.deck, h.cards)
	for k := h.got; k <= min(h.marked, h.cards); k++ {
		if h.cards-k <= h.deck-h.marked {
			p += math.Exp(choose(h.marked, k) + choose(h.deck-h.marked, h.cards-k) - all)
		}
	}
	return min(1, p)
}

// choose returns the logarithm of the binomial coefficient.
func choose(n, k int) float64 {
	f := func(n int) float64 { v, _ := math.Lgamma(float64(n) + 1); return v }
	return f(n) - f(k) - f(n-k)
}
