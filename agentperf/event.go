package agentperf

import (
	"fmt"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// An Event is the state of a run, as passed to Config.Progress.
type Event struct {
	// Phase is the index of the phase, from 0, and Agents its number of agents.
	Phase, Agents int
	// Stage is "starting", once before the first phase, and then "spawning",
	// "settling", "measuring", "finishing" or, once with Result set, "done". An audit follows
	// the last phase as "auditing": Requests counts its requests, and before the first,
	// Pending says what it takes.
	Stage string
	// Warnings is set if Stage is "starting". It holds the report's warnings about the
	// endpoint, the workload and this machine.
	Warnings []metrics.Warning
	// Elapsed is the time since the phase began. Estimate is how long it takes in all if
	// nothing ends it before: a phase is over as soon as it has shown what it is for, and
	// takes longer while requests are awaited.
	Elapsed, Estimate time.Duration
	// Longest is what the phase takes at most, but for requests that are awaited at its end;
	// 0 if nothing bounds it.
	Longest time.Duration
	// Up is the number of agents started so far.
	Up int
	// Requests, Succeeded and Failed count the requests of the phase so far, measured or
	// not; Failed those that failed by the system's fault. InFlight is the number of those
	// that are open now. Trajectories counts the trajectories completed in the window.
	Requests, InFlight, Succeeded, Failed, Trajectories int
	// OutputTokens counts the output of the requests that have ended. What it grows by from
	// one event to another is the throughput between them.
	OutputTokens int64
	// Pending says in words what the phase still needs before it may end, such as time
	// or trajectories.
	Pending []string
	// Figures are those of the measured window so far, and Client is the client's check of
	// itself in it, by the latest of instants that grow sparser; nil before the first of
	// them. Both are for people: no verdict rests on them. Once Stage is "done" they are
	// nil, and those of the phase are in Result.
	Figures *Figures
	Client  *metrics.ClientCheck
	// Criteria has for each tier, in the order of Tiers, what the same window shows of its
	// promises; nil where Figures is. Estimate is the share of this phase alone, and Lower
	// and Upper bound it at 95 %, at all instants together, as if the phase were all that
	// is known. Requests is 0 until a first block of time has passed.
	Criteria [][]Criterion
	// Tiers says for each tier what is known: before this phase or, once Stage is "done",
	// after it.
	Tiers []TierProgress
	// Remaining estimates how much longer the run takes, by what the evidence so far says
	// that its verdicts need; 0 if nothing remains. It is rough: a limit may turn out to be
	// elsewhere. RemainingMost is what the bounds of the rule leave at most; 0 if it has
	// none.
	Remaining, RemainingMost time.Duration
	// Result is the result of the phase; nil unless Stage is "done".
	Result *PhaseResult
}

// A TierProgress is what is known about the limit of a tier in the middle of a run.
type TierProgress struct {
	Tier string
	// Holds is the largest number of agents that is certain to hold, Fails the smallest
	// that is certain to fail; 0 while there is none. Seems is the largest that seems to
	// hold, without a number that seems to fail at or below it; 0 if none does.
	Holds, Fails, Seems int
	// Limit is the estimate of the limit, with a fraction; 0 while it is unknown.
	Limit float64
	// Next are the numbers of agents that this tier would measure next; none if it is
	// settled.
	Next []int
}

// String returns what is known in words: "9 hold, 13 do not, about 10.9".
func (p TierProgress) String() string {
	var parts []string
	switch {
	case p.Fails == 1:
		return "not even 1 holds"
	case p.Holds == 1:
		parts = append(parts, "1 holds")
	case p.Holds > 1:
		parts = append(parts, fmt.Sprintf("%d hold", p.Holds))
	case p.Seems > 0 && (p.Limit == 0 || float64(p.Seems) <= p.Limit): // all phases together may say that it does not
		parts = append(parts, fmt.Sprintf("%d %s to hold", p.Seems, seems(p.Seems)))
	}
	if p.Fails > 0 {
		parts = append(parts, fmt.Sprintf("%d do not", p.Fails))
	}
	if p.Limit > 0 && (p.Holds == 0 || p.Fails != p.Holds+1) {
		parts = append(parts, "about "+limitNumber(p.Limit))
	}
	if len(parts) == 0 {
		return "nothing is known yet"
	}
	return strings.Join(parts, ", ")
}
