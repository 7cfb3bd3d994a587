package page

import (
	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
)

// An answer is what a report knows of the limit at a level: numbers of agents.
type answer struct {
	kind answerKind
	// low holds, and high is the smallest number seen to fail; 0 where there is none.
	low, high int
	// seems is the largest number whose evidence points to a pass; 0 for none.
	seems int
}

type answerKind int

const (
	noAnswer   answerKind = iota
	exact                 // low holds, one more fails
	between               // low holds, high fails, and what lies between is not decided
	atLeast               // low holds, and nothing was seen to fail
	zero                  // one agent fails
	fewerThan             // high fails, and nothing is sure to hold
	tentative             // nothing is sure, but seems points to a pass
	allInvalid            // no phase says anything about the system
)

// answerOf reads the limit of a tier. The report is untrusted: what contradicts itself is no
// answer.
func answerOf(r *agentperf.Report, t *agentperf.TierResult) answer {
	a := answer{low: max(0, t.MaxAgents)}
	if t.FirstFailingAgents != nil {
		a.high = max(0, *t.FirstFailingAgents)
	}
	if t.TentativeMaxAgents != nil && *t.TentativeMaxAgents > a.low {
		a.seems = *t.TentativeMaxAgents
	}
	switch {
	case a.high > 0 && a.high <= a.low:
		a.kind = noAnswer
	case a.high == 1:
		a.kind = zero
	case a.low > 0 && a.high == a.low+1:
		a.kind = exact
	case a.low > 0 && a.high > 0:
		a.kind = between
	case a.low > 0:
		a.kind = atLeast
	case a.high > 0:
		a.kind = fewerThan
	case a.seems > 0:
		a.kind = tentative
	case len(r.Phases) > 0 && allPhasesInvalid(r):
		a.kind = allInvalid
	}
	return a
}

func allPhasesInvalid(r *agentperf.Report) bool {
	for i := range r.Phases {
		if r.Phases[i].Invalid == "" {
			return false
		}
	}
	return true
}

// text says the answer, each number as f writes it.
func (a answer) text(f func(int) string) string {
	switch a.kind {
	case exact:
		return f(a.low)
	case between:
		return f(a.low) + " to " + f(a.high-1)
	case atLeast:
		return "at least " + f(a.low)
	case zero:
		return "0: one agent fails"
	case fewerThan:
		return "fewer than " + f(a.high)
	case tentative:
		return f(a.seems) + ", tentative"
	case allInvalid:
		return "no answer: every phase is invalid"
	}
	return "no answer"
}

// agents says the answer in a sentence.
func (a answer) agents() string {
	switch a.kind {
	case exact, between, atLeast, fewerThan:
		last := max(a.low, a.high-1)
		if a.kind == fewerThan {
			last = a.high
		}
		if a.kind != between && last == 1 || a.kind == exact && a.low == 1 {
			return a.text(chart.Int) + "\u00a0agent"
		}
		return a.text(chart.Int) + "\u00a0agents"
	case tentative:
		return "tentatively " + chart.Count(a.seems, "agent", "agents")
	case zero:
		return "no agents"
	}
	return "no answer"
}

// bounds returns the numbers between which the limit is sure to lie; most is 0 where nothing
// bounds it.
func (a answer) bounds() (least, most int) {
	switch a.kind {
	case exact, between, fewerThan:
		return a.low, a.high - 1
	case atLeast:
		return a.low, 0
	}
	return 0, 0
}

// bar draws the answer with a factor from agents to the unit.
func (a answer) bar(factor float64, f func(int) string) chart.Bar {
	b := chart.Bar{Text: a.text(f), Zero: a.kind == zero}
	if a.kind == atLeast && a.seems > 0 { // which the hatching is
		b.Text += ", tentatively " + f(a.seems)
	}
	scaled := func(n int) float64 { return float64(n) * factor }
	switch a.kind {
	case exact:
		b.Known = scaled(a.low)
	case between:
		b.Known, b.Possible = scaled(a.low), scaled(a.high-1)
	case atLeast:
		b.Known, b.Possible, b.Open = scaled(a.low), scaled(a.seems), true
	case fewerThan:
		b.Possible = scaled(a.high - 1)
	case tentative:
		b.Possible = scaled(a.seems)
	}
	return b
}
