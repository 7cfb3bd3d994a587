package agentperf

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/decide"
)

// codeMinimaTime is the warning of minima that take longer than the window.
const codeMinimaTime = "minima_time"

// mostSimulated bounds the agents whose plays are gone through for an estimate. The slowest of
// more is hardly slower, and ten thousand would take seconds.
const mostSimulated = 1024

// mostPlays bounds the plays of an agent before the window that are gone through. Where there are
// more they are so short, a second or so, that the minima take no time.
const mostPlays = 200

// paceOf returns the pace of a system that gives agents just what a tier promises: tokens at
// the floor, and first tokens at the ceiling; without one they take no time. Floors of E2E
// speed are taken to hold for all tokens.
func paceOf(t *decide.Tier) (pace record.Pace) {
	for _, c := range t.Criteria {
		if c.Metric == decide.TTFT {
			pace.First = time.Duration(c.Bound).Seconds()
		} else {
			pace.Token = 1 / c.Bound
		}
	}
	return pace
}

// minima returns how long the window lasts until the minima are met, by the plays of the
// schedule, if agents get just the speed of a tier.
func (p Point) minima(load *population, t *decide.Tier, agents int) time.Duration {
	total, each := given(p.MinTrajectories), given(p.MinPerAgent)
	if total == 0 && each == 0 {
		return 0
	}
	gap := 0.0
	if p.SpawnRate > 0 {
		gap = 1 / p.SpawnRate
	}
	simulated := min(agents, mostSimulated)
	begins := float64(simulated-1)*gap + given(p.Settle).Seconds()
	pace := paceOf(t)
	steady := load.At(pace)
	// What all agents together need at most of one of them, were they to complete alike.
	need := max(each, (total+simulated-1)/simulated)
	var ends []float64 // of plays that are completed in the window
	slowest := 0.0     // of the agents' ends of their last required play
	for agent := range simulated {
		at, done, plays := float64(agent)*gap, 0, 0
		for play := range load.schedule.Plays(agent) {
			if plays++; plays > mostPlays+2*need {
				break
			}
			if at += load.length(pace, steady, play); at < begins {
				continue
			}
			ends = append(ends, at)
			if done++; done == each {
				slowest = max(slowest, at)
			}
			if done >= need+need { // more than enough for the total, too
				break
			}
		}
	}
	slices.Sort(ends)
	if total > 0 && len(ends) > 0 {
		slowest = max(slowest, ends[min(total, len(ends))-1])
	}
	return time.Duration(max(0, slowest-begins) * float64(time.Second))
}

// minimaTexts say, for each tier at whose speed the minima take longer than the window at some
// number of agents, how long they take at numbers the run may try.
func (p Point) minimaTexts(load *population, tiers []decide.Tier, b decide.Bounds) (texts []string) {
	cfg := p.config()
	for i := range tiers {
		var parts []string
		longer, late := false, false
		for _, n := range namedOf(b) {
			takes := p.minima(load, &tiers[i], n)
			longer = longer || takes > p.Measure
			late = late || takes > cfg.Window(n)
			parts = append(parts, fmt.Sprintf("%s with %s", roundTime(takes.Seconds()), agents(n)))
		}
		if !longer {
			continue
		}
		text := fmt.Sprintf("at the speed of tier %s the minima (trajectories: %d, and %d by each agent) take about %s",
			tiers[i].Name, given(p.MinTrajectories), given(p.MinPerAgent), strings.Join(parts, ", "))
		if late {
			text += fmt.Sprintf("; a window ends after %s at most, and is then judged with its minima unmet", roundTime(cfg.Window(max(b.Min, 1)).Seconds()))
		}
		texts = append(texts, text)
	}
	return texts
}

// mostNamed is the most numbers of agents that are named: 1 to 256 in a search.
const mostNamed = 5

// namedOf returns the numbers of agents to name: in a search from the least on, each four times
// the one before it, and of a list its own; of a long one the first, the last and some between.
func namedOf(b decide.Bounds) (numbers []int) {
	if len(b.List) == 0 {
		for n := max(b.Min, 1); n <= b.Max && len(numbers) < mostNamed; n *= 4 {
			numbers = append(numbers, n)
		}
		return numbers
	}
	named := min(len(b.List), mostNamed)
	for i := range named {
		numbers = append(numbers, b.List[i*(len(b.List)-1)/max(1, named-1)])
	}
	return numbers
}
