package agentperf

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteTable writes the report for people: a row for each phase, a sentence for
// each tier, and the warnings.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	head := []string{"Phase", "Agents", "P25 speed", "P95 TTFT"}
	e2e := slices.ContainsFunc(r.Tiers, func(t TierResult) bool { return t.E2EFloorTokensPerSecond > 0 })
	if e2e {
		head = append(head, "P25 E2E")
	}
	head = append(head, "failed")
	for _, tier := range r.Tiers {
		head = append(head, tier.Name)
	}
	fmt.Fprintln(t, strings.Join(head, "\t")+"\t")
	for i := range r.Phases {
		p := &r.Phases[i]
		row := []string{strconv.Itoa(p.Index), strconv.Itoa(p.Agents), speedText(p.P25Speed), p.ttftText()}
		if e2e {
			row = append(row, speedText(p.P25E2ESpeed))
		}
		row = append(row, fmt.Sprintf("%d/%d", p.Failed, p.Requests))
		for _, tier := range r.Tiers {
			row = append(row, p.verdictText(tier.Name))
		}
		fmt.Fprintln(t, strings.Join(row, "\t")+"\t")
	}
	t.Flush() // to memory
	b.WriteByte('\n')
	for _, tier := range r.Tiers {
		fmt.Fprintln(&b, tier.Sentence())
		for _, line := range tier.evidenceLines() {
			fmt.Fprintf(&b, "    %s\n", line)
		}
		for _, line := range tier.normalisedLines() {
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	sure := slices.ContainsFunc(r.Tiers, func(t TierResult) bool { return t.Passed != nil || t.Failed != nil })
	if sure && r.Config.Verdict == ControlledRule {
		fmt.Fprintf(&b, "\nWrong with a probability of at most %v for each (rule: %s).\n", r.Config.ErrorRate, r.Config.Verdict)
	}
	if len(r.Warnings) > 0 {
		b.WriteString("\nWarnings:\n")
	}
	for _, text := range r.Warnings {
		fmt.Fprintf(&b, "  - %s\n", text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Sentence says the result of a tier in words.
func (t TierResult) Sentence() string {
	level := fmt.Sprintf("%v tokens/s", float64(t.SpeedFloorTokensPerSecond))
	if t.E2EFloorTokensPerSecond > 0 {
		level = fmt.Sprintf("%v tokens/s over whole requests (P%v)", float64(t.E2EFloorTokensPerSecond), t.E2EPercent)
	}
	if t.TTFTCeilingSeconds > 0 {
		level += fmt.Sprintf(" with TTFT of at most %v", time.Duration(math.Round(t.TTFTCeilingSeconds*1e9)))
	}
	if u := t.UndecidedAgents; u != nil && t.MaxAgents > 0 {
		if t.FirstFailingAgents != nil {
			return fmt.Sprintf("%s: at least %s; %d are too many, %d could not be judged.", level, agents(t.MaxAgents), *t.FirstFailingAgents, *u)
		}
		return fmt.Sprintf("%s: at least %s; %d could not be judged.", level, agents(t.MaxAgents), *u)
	}
	switch {
	case t.MaxAgents == 0 && t.LeaningAgents != nil && t.FirstFailingAgents != nil:
		return fmt.Sprintf("%s: %d agents are too many; no number is sure to hold, %d seem to.", level, *t.FirstFailingAgents, *t.LeaningAgents)
	case t.MaxAgents == 0 && t.LeaningAgents != nil:
		return fmt.Sprintf("%s: nothing is sure; %s seem to hold.", level, agents(*t.LeaningAgents))
	case t.MaxAgents == 0 && t.FirstFailingAgents != nil && *t.FirstFailingAgents == 1:
		return level + ": 0 agents; not even 1 gets it."
	case t.MaxAgents == 0 && t.FirstFailingAgents != nil:
		return fmt.Sprintf("%s: %d agents are too many; no number was seen to hold.", level, *t.FirstFailingAgents)
	case t.MaxAgents == 0:
		return level + ": no answer."
	case t.FirstFailingAgents == nil:
		return fmt.Sprintf("%s: at least %s; more were not seen to fail.", level, agents(t.MaxAgents))
	case *t.FirstFailingAgents > t.MaxAgents+1:
		return fmt.Sprintf("%s: at least %s; %d are too many.", level, agents(t.MaxAgents), *t.FirstFailingAgents)
	}
	return fmt.Sprintf("%s: %s; %d are too many.", level, agents(t.MaxAgents), *t.FirstFailingAgents)
}

// evidenceLines say what the result rests on, under the controlled rule.
func (t *TierResult) evidenceLines() (lines []string) {
	if t.Passed != nil {
		lines = append(lines, t.Passed.line("passed", func(c Criterion) (string, bool) {
			return "at most " + percent(c.Upper), true
		}))
	}
	if t.Failed != nil {
		lines = append(lines, t.Failed.line("failed", func(c Criterion) (string, bool) {
			return "at least " + percent(c.Lower), c.Lower >= c.Limit
		}))
	}
	if len(lines) > 0 {
		lines = append(lines, t.sayTime())
	}
	return lines
}

// line says what is known of one number of agents. say gives the bound that its verdict
// rests on, and whether it does.
func (n *Neighbour) line(verdict string, say func(Criterion) (string, bool)) string {
	var parts []string
	for _, c := range n.Criteria {
		if bound, rests := say(c); rests {
			parts = append(parts, fmt.Sprintf("%s: %s of requests, %s (limit %s, N %d, effectively %.0f)",
				badWords[c.Name], percent(c.Share), bound, percent(c.Limit), c.Requests, c.Effective))
		}
	}
	if n.Reason != "" {
		parts = append(parts, n.Reason)
	}
	return fmt.Sprintf("%d %s in %s measured; %s", n.Agents, verdict, roundTime(n.MeasuredSeconds), strings.Join(parts, "; "))
}

// verdictText is the verdict on a tier for the table, with a question mark where it is
// only where the evidence points.
func (p *PhaseResult) verdictText(tier string) string {
	for _, v := range p.Verdicts {
		if v.Tier == tier && v.Leaning != "" {
			return string(v.Leaning) + "?"
		}
	}
	return string(p.Verdict(tier))
}

func (p *PhaseResult) ttftText() string {
	switch {
	case p.P95TTFT != nil:
		return fmt.Sprintf("%.3f s", *p.P95TTFT)
	case p.P95TTFTState == "infinite":
		return "infinite"
	}
	return "-"
}

// sayTime says it for people.
func (t *TierResult) sayTime() string {
	return fmt.Sprintf("known after %s of the system's time; 10 minutes a number would have taken %s", roundTime(t.SpentSeconds), roundTime(t.FixedRuleSeconds))
}
