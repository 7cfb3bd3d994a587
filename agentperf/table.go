package agentperf

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/plain"
)

// terminal is the number of columns that tables have to fit into: that of a terminal nobody has
// made wider.
const terminal = 80

// WriteTable writes the report as text: a row for each phase, after [Measure] one for each
// number of agents, a sentence for each tier with
// the evidence that it rests on, and the warnings. What others have named, in a report that
// was read from a file too, is shown without control characters and ends of lines. Where a table
// would be wider than 80 columns it leaves out figures that the report has. The error is that of
// w.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	if s := r.Source; s != nil {
		fmt.Fprintf(&b, "Judged from records of %s, not measured here: %s\n\n", plain.Text(strings.Join(s.Clients, " and ")), plain.Text(strings.Join(s.Files, ", ")))
	}
	var t plain.Table
	// What is held back and then sent has a high speed and a low one over whole requests.
	t.Numbers("Phase", "Agents", "P25, tok/s", "P25 E2E, tok/s", "P95 TTFT, s", "Failed")
	for _, tier := range r.Tiers {
		t.Numbers(tier.Name)
	}
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
			row = append(row, plain.Text(v.short()))
		}
		t.Row(row...)
	}
	t.Fit(terminal, "P25 E2E, tok/s", "Failed")
	b.WriteString(t.String())
	b.WriteString(r.curveTable())
	b.WriteByte('\n')
	for i := range r.Tiers {
		tier := &r.Tiers[i]
		fmt.Fprintln(&b, plain.Text(tier.Sentence()))
		for _, line := range slices.Concat(r.evidenceLines(tier), tier.progressLines(), tier.normalizedLines(), tier.measuredLines(r)) {
			fmt.Fprintf(&b, "    %s\n", plain.Text(line))
		}
	}
	if text := r.triedText(); text != "" {
		fmt.Fprintf(&b, "\n%s\n", text)
	}
	if text := r.reuseText(); text != "" {
		fmt.Fprintf(&b, "\n%s\n", text)
	}
	if rate := r.Config.Rule.ErrorRate; rate > 0 && slices.ContainsFunc(r.Tiers, func(t TierResult) bool { return t.MaxAgents > 0 || t.FirstFailingAgents != nil }) {
		fmt.Fprintf(&b, "\nWrong with a probability of at most %v for each, if load and system were in their steady state and what each rests on is true (rule: %s).\n", rate, plain.Text(r.Config.Rule.Name))
	}
	for i, line := range r.subject() {
		if i == 0 {
			b.WriteString("\nWhat was measured:\n")
		}
		fmt.Fprintf(&b, "    %s\n", plain.Text(line))
	}
	for i, line := range r.Audit.lines() {
		if i == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintln(&b, plain.Text(line))
	}
	if line := r.Profile.line(); line != "" {
		fmt.Fprintf(&b, "\n%s\n", plain.Text(line))
	}
	if line := r.LoadText(); line != "" {
		fmt.Fprintf(&b, "\n%s\n", plain.Text(line))
	}
	if len(r.Warnings) > 0 {
		b.WriteString("\nWarnings:\n")
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "  - %s\n", plain.Text(w.Text))
	}
	_, err := io.WriteString(w, b.String())
	return err
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
	lines = append(lines, t.estimateLines()...)
	if len(t.Tried) > 0 && t.Assumption != "" {
		lines = append(lines, "rests on: "+t.Assumption)
	}
	return lines
}

// triedText lists the numbers of agents that were measured, as a system may fail at one
// between them; empty if there are not two.
func (r *Report) triedText() string {
	var ns []int
	for i := range r.Tiers {
		ns = append(ns, r.Tiers[i].Tried...)
	}
	slices.Sort(ns)
	if ns = slices.Compact(ns); len(ns) < 2 {
		return ""
	}
	var text strings.Builder
	text.WriteString("Numbers of agents tried:")
	for _, n := range ns {
		text.WriteString(" " + strconv.Itoa(n))
	}
	return text.String() + "."
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
		return fmt.Sprintf("%.3f", *f.P95TTFT)
	case f.P95TTFTState == "infinite":
		return "infinite"
	}
	return "-"
}

// sayTime says when the answer was known and, if there is one, how long the published rule
// would have taken.
func (t *TierResult) sayTime() string {
	text := fmt.Sprintf("known after %s of the system's time", roundTime(t.SpentSeconds))
	if t.answered() {
		text += fmt.Sprintf("; 10 minutes a number would have taken %s", roundTime(t.FixedRuleSeconds))
	}
	return text
}
