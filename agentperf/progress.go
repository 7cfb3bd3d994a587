package agentperf

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/metrics"
)

func (c *tally) circulationText(tier string, agents int) string {
	out := c.slow / c.time
	return fmt.Sprintf("tier %s: %s of the requests break it, but agents spend %s of their time in those: at a random moment %.0f of %d are out of circulation",
		tier, decide.Percent(float64(c.broken)/float64(max(1, c.ended))), decide.Percent(out), out*float64(agents), agents)
}

func (c *tally) heldText() string {
	return fmt.Sprintf("%d of %.0f responses ended more than a second after their last token, and more than a tenth of their time: agents wait for the end, which speeds do not show", c.held, c.turns)
}

// fairnessWarnings returns the warnings of a phase: who starved, whatever the rule makes of
// it, and what percentiles of speed and TTFT do not show.
func (p *PhaseResult) fairnessWarnings(f *Figures, tiers []decide.Tier) (warnings []metrics.Warning) {
	add := func(code, text string) { warnings = append(warnings, metrics.Warning{Code: code, Text: text}) }
	if f.StarvedAgents > 0 {
		add(codeStarved, f.starvedText(p.Agents))
	}
	of := PhaseResult{Agents: p.Agents, MeasuredSeconds: p.MeasuredSeconds, Figures: f}
	for i := range f.Tiers {
		var c tally
		c.add(&of, i)
		limit := 0.0
		for j := range tiers[i].Criteria {
			limit += tiers[i].Criteria[j].Limit()
		}
		if float64(c.broken) <= limit*float64(c.ended) && c.outOfCirculation() {
			add(codeCirculation, c.circulationText(f.Tiers[i].Tier, p.Agents))
		}
		if i == 0 && c.holdsEnds() {
			add(codeHeld, c.heldText())
		}
	}
	return warnings
}

// starvedText names the agents that starved.
func (f *Figures) starvedText(agents int) string {
	var names []string
	for _, s := range f.Starved {
		names = append(names, fmt.Sprintf("agent %d (%s)", s.Agent, roundTime(s.WaitedSeconds)))
	}
	if more := f.StarvedAgents - len(f.Starved); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("%d of %d agents got nothing for more than half of the window: %s", f.StarvedAgents, agents, strings.Join(names, ", "))
}

// The codes of warnings that a report gives for all phases at a number of agents together.
const (
	codeStarved     = "starved_agents"
	codeCirculation = "out_of_circulation"
	codeHeld        = "held_end"
	codeProgress    = "slow_progress" // never of a phase alone
	codeFew         = "few_samples"
)

// warnOfProgress says where an answer, or what seems to be one, holds only on paper.
// phases are the indices of phases by number of agents.
func (r *run) warnOfProgress(phases map[int][]int) {
	held := make(map[int]bool)
	for i := range r.report.Tiers {
		t := &r.report.Tiers[i]
		alone := r.report.tallyOf(i, phases[1])
		for _, n := range t.answers() {
			c := r.report.tallyOf(i, phases[n])
			if c.outOfCirculation() {
				r.warn(codeCirculation, agents(n)+": "+c.circulationText(t.Name, n))
			}
			if c.holdsEnds() && !held[n] {
				held[n] = true
				r.warn(codeHeld, agents(n)+": "+c.heldText())
			}
			if least, slow := c.slowProgress(&alone); slow {
				r.warn(codeProgress, fmt.Sprintf("%s: tier %s holds by requests, but there are %.0f turns per agent-hour; its floor and ceiling, or an agent alone, make for %.0f", agents(n), t.Name, c.rate(), least))
			}
			if t.Number(n).Verdict == Pass && c.unfair(r.criteria[i].Criteria[0].Limit()) {
				r.warn("unfair", fmt.Sprintf("%s: tier %s holds by requests, but %s of the agents have a median speed below its floor", agents(n), t.Name, decide.Percent(float64(c.below)/float64(c.agents))))
			}
		}
	}
}

// warnOfStarved names the agents that starved at the numbers on which answers rest, whatever
// the rule makes of them.
func (r *run) warnOfStarved(phases map[int][]int) {
	told := make(map[int]bool)
	for i := range r.report.Tiers {
		t := &r.report.Tiers[i]
		for _, n := range append(t.answers(), value(t.FirstFailingAgents)) {
			if told[n] {
				continue
			}
			told[n] = true
			times, seconds, in, last := make(map[int]int), make(map[int]float64), 0, ""
			for _, index := range phases[n] {
				f := r.report.Phases[index].Figures
				if f == nil || f.StarvedAgents == 0 {
					continue
				}
				in++
				last = f.starvedText(n)
				for _, s := range f.Starved {
					times[s.Agent]++
					seconds[s.Agent] += s.WaitedSeconds
				}
			}
			if in == 0 {
				continue
			}
			if len(phases[n]) > 1 {
				var names []string
				all := slices.SortedFunc(maps.Keys(times), func(a, b int) int { return cmp.Or(times[b]-times[a], a-b) })
				for _, agent := range all[:min(len(all), namedAgents)] {
					names = append(names, fmt.Sprintf("agent %d in %d (%s)", agent, times[agent], roundTime(seconds[agent])))
				}
				if more := len(all) - namedAgents; more > 0 {
					names = append(names, fmt.Sprintf("and %d more", more))
				}
				last = fmt.Sprintf("in %d of %d phases agents got nothing for more than half of the window: %s", in, len(phases[n]), strings.Join(names, ", "))
			}
			r.warn(codeStarved, agents(n)+": "+last)
		}
	}
}

// answers returns the numbers of agents that a reader takes for an answer.
func (t *TierResult) answers() (ns []int) {
	for _, n := range []int{t.MaxAgents, t.CheckAgents, value(t.TentativeMaxAgents)} {
		if v := t.Number(n); v != nil && v.Verdict != Fail && v.Verdict != Invalid && !slices.Contains(ns, n) {
			ns = append(ns, n)
		}
	}
	return ns
}

// value returns what a pointer points to; 0 for nil.
func value(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// progressLines say how the agents got on at the answer of a tier.
func (t *TierResult) progressLines() []string {
	n := t.Number(t.MaxAgents)
	if n == nil || n.TurnsPerAgentHour == nil {
		return nil
	}
	text := fmt.Sprintf("%d: %.0f turns per agent-hour", n.Agents, *n.TurnsPerAgentHour)
	if alone := t.Number(1); alone != nil && n.Agents > 1 && alone.TurnsPerAgentHour != nil {
		text += fmt.Sprintf(" (%.0f alone)", *alone.TurnsPerAgentHour)
	}
	text += fmt.Sprintf("; %s of their time in requests that break the tier", decide.Percent(*n.SlowAgentTime))
	if n.P95EndLag != nil {
		text += fmt.Sprintf("; responses end %.2f s after the last token (P95)", *n.P95EndLag)
	}
	return []string{text}
}
