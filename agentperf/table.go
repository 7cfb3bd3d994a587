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
			row = append(row, string(p.Verdict(tier.Name)))
		}
		fmt.Fprintln(t, strings.Join(row, "\t")+"\t")
	}
	t.Flush() // to memory
	b.WriteByte('\n')
	for _, tier := range r.Tiers {
		fmt.Fprintln(&b, tier.Sentence())
		for _, line := range tier.normalisedLines() {
			fmt.Fprintf(&b, "    %s\n", line)
		}
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
		return fmt.Sprintf("%s: at least %s; %d could not be judged.", level, agents(t.MaxAgents), *u)
	}
	switch {
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

func agents(n int) string {
	if n == 1 {
		return "1 agent"
	}
	return strconv.Itoa(n) + " agents"
}

func speedText(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f tok/s", *v)
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
