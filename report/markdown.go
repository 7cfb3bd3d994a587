package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
)

// WriteMarkdown writes reports as GitHub Flavored Markdown, such as for the summary of a CI job:
// for each the answer, a table of what was measured, and the warnings. Text of the reports is
// escaped, so that it is shown as it is: it makes no cell, link, mention or tag.
func WriteMarkdown(w io.Writer, reports ...*Report) error {
	m := &markdown{}
	for i, r := range reports {
		if i > 0 {
			m.line("")
		}
		if r.SLT != nil {
			m.sweep(r)
		} else {
			m.agents(r)
		}
	}
	_, err := io.WriteString(w, m.String())
	return err
}

type markdown struct{ strings.Builder }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

// row writes cells that are escaped where they have to be.
func (m *markdown) row(cells ...string) { m.line("| %s |", strings.Join(cells, " | ")) }

// head writes the head of a table whose first columns, so many, are text and all others
// numbers.
func (m *markdown) head(text int, cells ...string) {
	m.line("")
	m.row(cells...)
	rule := make([]string, len(cells))
	for i := range rule {
		if rule[i] = "---:"; i < text {
			rule[i] = "---"
		}
	}
	m.row(rule...)
}

func (m *markdown) title(kind string, r *Report) {
	model, system := r.names()
	m.line("## %s: %s", kind, escape(cmp.Or(system, model, r.Name, "a run")))
	if system != "" && model != "" {
		m.line("\nModel %s.", escape(model))
	}
	if !r.Complete() {
		m.line("\n**The run did not come to its end.**")
	}
}

func (m *markdown) agents(file *Report) {
	r := file.Agentperf
	m.title("Agents", file)
	m.head(1, "Service level", "Agents", "First too many", "Estimate")
	for i := range r.Tiers {
		t := &r.Tiers[i]
		m.row(escape(t.Name), fmt.Sprint(t.MaxAgents), cell(t.FirstFailingAgents), cell(t.EstimateAgents))
	}
	m.line("")
	for i := range r.Tiers {
		t := &r.Tiers[i]
		m.line("- %s", escape(t.Sentence()))
		for k := range t.Measured {
			m.points(t.Measured[k].Lines("agents"))
		}
		if t.Meanwhile != "" {
			m.points([]string{t.Meanwhile})
		}
	}
	if len(r.Numbers) > 0 {
		head := []string{"Agents", "P25 speed, tokens/s", "P95 TTFT, s", "Output, tokens/s", "Failed"}
		for i := range r.Tiers {
			head = append(head, escape(r.Tiers[i].Name))
		}
		m.head(0, head...)
		for i := range r.Numbers {
			m.number(r, &r.Numbers[i])
		}
	}
	if text := r.LoadText(); text != "" {
		m.line("\n%s", escape(text))
	}
	if r.Audit.Outcome != "" {
		m.line("\nAudit: %s.", escape(string(r.Audit.Outcome)))
	}
	m.warnings(r.Warnings)
}

// points writes points below the latest.
func (m *markdown) points(lines []string) {
	for _, line := range lines {
		m.line("  - %s", escape(line))
	}
}

func (m *markdown) number(r *agentperf.Report, n *agentperf.NumberFigures) {
	ttft := figure(n.P95TTFT, n.P95TTFTInterval)
	if n.P95TTFT == nil {
		ttft = escape(strings.ReplaceAll(n.P95TTFTState, "_", " "))
	}
	cells := []string{fmt.Sprint(n.Agents), figure(n.P25Speed, n.P25SpeedInterval), ttft, figure(n.OutputTokensPerSecond, nil), fmt.Sprintf("%d of %d", n.Failed, n.Requests)}
	for i := range r.Tiers {
		verdict := "-"
		if v := r.Tiers[i].Number(n.Agents); v != nil {
			if verdict = escape(string(v.Verdict)); v.Tentative != "" {
				verdict = escape(string(v.Tentative)) + "?"
			}
		}
		cells = append(cells, verdict)
	}
	m.row(cells...)
}

func (m *markdown) sweep(file *Report) {
	r := file.SLT
	m.title("System Load Test", file)
	if r.PeakOutputTokensPerSecond != nil {
		bound := "at least "
		if r.PlateauReached {
			bound = ""
		}
		m.line("\nPeak: %s%s tokens/s, at concurrency %d.", bound, figure(r.PeakOutputTokensPerSecond, nil), r.PeakConcurrency)
	}
	for i := range r.PeakMeasured {
		if i == 0 {
			m.line("")
		}
		for _, line := range r.PeakMeasured[i].Lines("tokens/s") {
			m.line("- %s", escape(line))
		}
	}
	for _, a := range r.AtSpeed {
		text := figure(a.OutputTokensPerSecond, nil) + " tokens/s"
		if a.Case == slt.AllFaster {
			text = "at least " + text
		}
		if a.OutputTokensPerSecond == nil {
			text = escape(cmp.Or(a.Reason, string(a.Case)))
		}
		m.line("\nAt %v tokens/s per query: %s.", float64(a.Speed), text)
	}
	m.head(0, "Concurrency", "Output, tokens/s", "Median speed, tokens/s", "Median TTFT, s", "P95 TTFT, s", "Failed")
	for i := range r.Levels {
		l := &r.Levels[i]
		f := l.Figures
		if f == nil {
			m.row(fmt.Sprint(l.Concurrency), "invalid", "-", "-", "-", "-")
			continue
		}
		m.row(fmt.Sprint(l.Concurrency), figure(&f.OutputTokensPerSecond, nil), figure(f.MedianOutputSpeed, nil), figure(f.MedianTTFT, nil), figure(f.P95TTFT, nil), fmt.Sprintf("%d of %d", f.Failed, f.Requests))
	}
	m.warnings(r.Warnings)
}

// mostWarnings is how many warnings are shown: the summary of a job may have 1 MiB.
const mostWarnings = 50

func (m *markdown) warnings(all []metrics.Warning) {
	if len(all) == 0 {
		return
	}
	m.line("\n<details><summary>Warnings: %d</summary>\n", len(all))
	for i, w := range all {
		if i == mostWarnings {
			m.line("- and %d more", len(all)-i)
			break
		}
		text := []rune(w.Text)
		m.line("- %s", escape(string(text[:min(len(text), 1000)])))
	}
	m.line("\n</details>")
}

func cell(n *int) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}

// figure formats a figure with its interval: "24.1 (23.8 to 24.4)".
func figure(v *float64, i *agentperf.Interval) string {
	b := Bounds{Estimate: v}
	if i != nil {
		b.Low, b.High = i.Low, i.High
	}
	return b.cell()
}
