package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// WriteTable writes the comparison for people. Text of the reports is escaped, so that a
// terminal obeys none of it.
func (c *Comparison) WriteTable(w io.Writer) error {
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(plain.Text(fmt.Sprintf(format, args...)) + "\n") }
	line("From %s to %s:", c.A, c.B)
	for _, t := range c.Tiers {
		at := t.Name
		if t.counts {
			at = t.At
		} else if t.At != "" {
			at += " at " + t.At
		}
		line("  %s: %s.", at, t.Text)
	}
	if len(c.Figures) > 0 {
		b.WriteString("\n")
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, f := range c.Figures {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", f.At, f.Name, f.A.cell()+" "+f.Unit, f.B.cell()+" "+f.Unit, f.Text)
		}
		t.Flush() // to memory
	}
	if len(c.Systems) > 0 {
		b.WriteString("\nWhat is stated of the systems differs in\n")
		for _, d := range c.Systems {
			line("  %s", d)
		}
	}
	if len(c.Notes) > 0 {
		b.WriteString("\n")
		for _, n := range c.Notes {
			line("%s", n)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell is a figure with its interval: "24.1 (23.8 to 24.4)".
func (b Bounds) cell() string {
	if b.Estimate == nil {
		return "-"
	}
	text := fmt.Sprintf("%.4g", *b.Estimate)
	if b.Low != nil || b.High != nil {
		text += " (" + Bounds{Low: b.Low, High: b.High}.text() + ")"
	}
	return text
}
