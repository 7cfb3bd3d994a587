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

	"github.com/agentperf/agentperf-go/internal/decide"
)

// WriteTable writes the report as text: a row for each phase, a sentence for each tier with
// the evidence that it rests on, and the warnings. The error is that of w.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	// What is held back and then sent has a high speed and a low one over whole requests.
	head := []string{"Phase", "Agents", "P25 speed", "P25 E2E", "P95 TTFT", "failed"}
	for _, tier := range r.Tiers {
		head = append(head, tier.Name)
	}
	fmt.Fprintln(t, strings.Join(head, "\t")+"\t")
	for i := range r.Phases {
		p := &r.Phases[i]
		row := []string{strconv.Itoa(p.Index), strconv.Itoa(p.Agents)}
		f := p.Figures
		if f == nil { // it is invalid: only what failed is worth a look
			f = &Figures{}
			if of := p.InvalidFigures; of != nil && of.Failed > 0 {
				f.Failed, f.Requests = of.Failed, of.Requests
			}
		}
		row = append(row, speedText(f.P25Speed), speedText(f.P25E2ESpeed), f.ttftText(), f.failedText())
		for _, v := range p.Verdicts {
			row = append(row, v.short())
		}
		fmt.Fprintln(t, strings.Join(row, "\t")+"\t")
	}
	t.Flush() // to memory
	b.WriteByte('\n')
	for i := range r.Tiers {
		tier := &r.Tiers[i]
		fmt.Fprintln(&b, tier.Sentence())
		for _, line := range append(r.evidenceLines(tier), tier.normalizedLines()...) {
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	if rate := r.Config.Rule.ErrorRate; rate > 0 && slices.ContainsFunc(r.Tiers, func(t TierResult) bool { return t.MaxAgents > 0 || t.FirstFailingAgents != nil }) {
		fmt.Fprintf(&b, "\nWrong with a probability of at most %v for each (rule: %s).\n", rate, r.Config.Rule.Name)
	}
	if len(r.Warnings) > 0 {
		b.WriteString("\nWarnings:\n")
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "  - %s\n", w.Text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Sentence says in words the limit found for the tier, or after a Check whether it holds at
// the number of agents that was checked.
func (t *TierResult) Sentence() string {
	if n := t.Number(t.CheckAgents); n != nil {
		return t.checkSentence(n)
	}
	return t.limitSentence()
}

func (t *TierResult) checkSentence(n *Number) string {
	who, holds, fails := agents(n.Agents), "hold", "do not hold"
	if n.Agents == 1 {
		holds, fails = "holds", "does not hold"
	}
	text := ""
	switch {
	case n.Verdict == Pass:
		return fmt.Sprintf("%s: %s %s.", t.level(), who, holds)
	case n.Verdict == Fail:
		text = fmt.Sprintf("%s: %s %s", t.level(), who, fails)
	case n.Tentative != "":
		text = fmt.Sprintf("%s: %s undecided, tentatively a %s", t.level(), who, n.Tentative)
	default:
		text = fmt.Sprintf("%s: %s %s", t.level(), who, n.Verdict)
	}
	if n.Reason != "" {
		text += ": " + n.Reason
	}
	return text + "."
}

// level writes the tier for people.
func (t *TierResult) level() string {
	level := fmt.Sprintf("%v tokens/s", float64(t.SpeedFloorTokensPerSecond))
	if t.E2EFloorTokensPerSecond > 0 {
		level = fmt.Sprintf("%v tokens/s over whole requests (P%v)", float64(t.E2EFloorTokensPerSecond), t.E2EPercent)
	}
	if t.TTFTCeilingSeconds > 0 {
		level += fmt.Sprintf(" with TTFT of at most %v", time.Duration(math.Round(t.TTFTCeilingSeconds*1e9)))
	}
	return level
}

func (t *TierResult) limitSentence() string {
	level := t.level()
	if u := t.UndecidedAgents; u != nil && t.MaxAgents > 0 {
		if t.FirstFailingAgents != nil {
			return fmt.Sprintf("%s: at least %s; %d are too many, %d could not be judged.", level, agents(t.MaxAgents), *t.FirstFailingAgents, *u)
		}
		return fmt.Sprintf("%s: at least %s; %d could not be judged.", level, agents(t.MaxAgents), *u)
	}
	switch {
	case t.MaxAgents == 0 && t.TentativeMaxAgents != nil && t.FirstFailingAgents != nil:
		return fmt.Sprintf("%s: %d agents are too many; no number is sure to hold, %d seem to.", level, *t.FirstFailingAgents, *t.TentativeMaxAgents)
	case t.MaxAgents == 0 && t.TentativeMaxAgents != nil:
		return fmt.Sprintf("%s: nothing is sure; %s seem to hold.", level, agents(*t.TentativeMaxAgents))
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

// evidenceLines say what a result rests on; there are none under a rule that does not bound
// its error.
func (r *Report) evidenceLines(t *TierResult) (lines []string) {
	if r.Config.Rule.ErrorRate == 0 {
		return nil
	}
	if n := t.Number(t.MaxAgents); n != nil {
		lines = append(lines, n.line("passed", func(c Criterion) (string, bool) {
			return "at most " + decide.Percent(*c.Upper), true
		}))
	}
	if t.FirstFailingAgents != nil {
		if n := t.Number(*t.FirstFailingAgents); n != nil {
			lines = append(lines, n.line("failed", func(c Criterion) (string, bool) {
				return "at least " + decide.Percent(*c.Lower), *c.Lower >= c.Limit
			}))
		}
	}
	if len(lines) > 0 {
		lines = append(lines, t.sayTime())
	}
	return lines
}

// line says what the verdict on a number of agents rests on. say returns the bound of a
// criterion in words, and whether the verdict rests on it.
func (n *Number) line(verdict string, say func(Criterion) (string, bool)) string {
	var parts []string
	for _, c := range n.Criteria {
		if c.Lower == nil || c.Upper == nil {
			continue
		}
		if bound, rests := say(c); rests {
			parts = append(parts, fmt.Sprintf("%s: %s of requests, %s (limit %s, N %d, effectively %.0f)",
				decide.Bad(c.Name), decide.Percent(c.Estimate), bound, decide.Percent(c.Limit), c.Requests, c.Effective))
		}
	}
	if n.Categorical {
		parts = append(parts, n.Reason)
	}
	text := fmt.Sprintf("%d %s in %s measured", n.Agents, verdict, roundTime(n.MeasuredSeconds))
	return strings.Join(append([]string{text}, parts...), "; ")
}

// failedText says how many of the requests failed, or that there were none.
func (f *Figures) failedText() string {
	if f.Requests == 0 {
		return "no data"
	}
	return fmt.Sprintf("%d/%d", f.Failed, f.Requests)
}

func (f *Figures) ttftText() string {
	switch {
	case f.P95TTFT != nil:
		return fmt.Sprintf("%.3f s", *f.P95TTFT)
	case f.P95TTFTState == "infinite":
		return "infinite"
	}
	return "-"
}

// sayTime compares the time that the answer took with that of the published rule.
func (t *TierResult) sayTime() string {
	return fmt.Sprintf("known after %s of the system's time; 10 minutes a number would have taken %s", roundTime(t.SpentSeconds), roundTime(t.FixedRuleSeconds))
}
