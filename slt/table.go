package slt

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/telemetry"
)

// terminal is the number of columns that the table of levels has to fit into: that of a terminal
// nobody has made wider.
const terminal = 80

// WriteTable writes the report as text: a row for each level, a sentence for each
// derived figure, and the warnings. Where the table would be wider than 80 columns it leaves out
// figures that the report has.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	merged := slices.ContainsFunc(r.Levels, func(l Level) bool { return l.Configuration != "" })
	var t plain.Table
	t.Numbers("Concurrency", "Throughput, tok/s", "Speed, tok/s", "E2E speed, tok/s", "Latency, s", "TTFT, s", "Answered, %", "Failed")
	if merged {
		t.Words("From")
	}
	for i := range r.Levels {
		l := &r.Levels[i]
		row := append([]string{strconv.Itoa(l.Concurrency)}, l.cells()...)
		if merged {
			row = append(row, l.Configuration)
		}
		t.Row(row...)
	}
	t.Fit(terminal, "Answered, %", "E2E speed, tok/s", "Failed")
	b.WriteString(t.String())
	if len(r.Levels) > 0 {
		fmt.Fprintf(&b, "Speeds, latency (end to end) and TTFT are medians over queries of %d input and %d output tokens.\n\n", r.Config.InputTokens, r.Config.OutputTokens)
	}
	if p := r.PeakOutputTokensPerSecond; p != nil {
		limit := "; no plateau was seen, it may grow beyond"
		if r.PlateauReached {
			limit = "; it does not grow beyond"
		}
		fmt.Fprintf(&b, "Peak system output throughput: %.1f tokens/s at concurrency %d%s.\n", *p, r.PeakConcurrency, limit)
		if r.PeakNormalized != nil {
			indent(&b, r.PeakNormalized.Lines("tokens/s"))
		}
		for i := range r.PeakMeasured {
			indent(&b, r.PeakMeasured[i].Lines("tokens/s"))
		}
	}
	if p := r.PeakOutputSpeed; p != nil {
		fmt.Fprintf(&b, "Peak output speed per query: %.1f tokens/s.\n", *p)
	}
	for i := range r.AtSpeed {
		a := &r.AtSpeed[i]
		fmt.Fprintln(&b, a.Sentence())
		if a.CostPerMillion != nil && r.System != nil {
			fmt.Fprintf(&b, "    %s\n", plain.Text(r.costSentence(a)))
		}
		if a.Normalized != nil {
			indent(&b, a.Normalized.Lines("tokens/s"))
		}
	}
	if lines := r.meanwhile(); len(lines) > 0 {
		b.WriteString("\nWhat the system did meanwhile, by concurrency:\n")
		indent(&b, lines)
	}
	lines := r.Identity.Lines()
	if api := r.Config.API; api != "" {
		lines = append(lines, "API: "+string(api))
	}
	if len(lines) > 0 {
		b.WriteString("\nWhat was measured:\n")
		indent(&b, lines)
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

// cells returns what the table has of a level: of an invalid one, only what failed.
func (l *Level) cells() []string {
	f := l.Figures
	if f == nil {
		failed := "-"
		if l.InvalidFigures != nil && l.InvalidFigures.Failed > 0 {
			failed = l.InvalidFigures.failedText()
		}
		return []string{"invalid", "-", "-", "-", "-", "-", failed}
	}
	rate := "-"
	if f.ResponseRate != nil {
		rate = fmt.Sprintf("%.1f", *f.ResponseRate*100)
	}
	return []string{
		fmt.Sprintf("%.1f", f.OutputTokensPerSecond), text(f.MedianOutputSpeed, "%.1f"), text(f.MedianE2ESpeed, "%.1f"),
		text(f.MedianE2E, "%.2f"), text(f.MedianTTFT, "%.3f"), rate, f.failedText(),
	}
}

// failedText is how many queries failed of how many; where there were none it says so.
func (f *Figures) failedText() string {
	if f.Requests == 0 {
		return "no data"
	}
	return fmt.Sprintf("%d/%d", f.Failed, f.Requests)
}

func indent(b *strings.Builder, lines []string) {
	for _, line := range lines {
		fmt.Fprintf(b, "    %s\n", plain.Text(line))
	}
}

func text(v *float64, format string) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf(format, *v)
}

// Sentence returns the throughput at the speed in words.
func (a AtSpeed) Sentence() string {
	s := fmt.Sprintf("At %v tokens/s per query: ", float64(a.Speed))
	known := a.OutputTokensPerSecond != nil && len(a.Between) == 2 // in a report that was read, anything may be absent
	switch {
	case a.Case == NeverReached:
		return s + "never reached; " + plain.Text(cmp.Or(a.Reason, "no level is as fast")) + "."
	case !known:
	case a.Case == Interpolated:
		return s + fmt.Sprintf("%.1f tokens/s, between concurrency %d and %d.", *a.OutputTokensPerSecond, a.Between[0], a.Between[1])
	case a.Case == AtLevel:
		return s + fmt.Sprintf("%.1f tokens/s, at concurrency %d.", *a.OutputTokensPerSecond, a.Between[0])
	case a.Case == AllFaster:
		return s + fmt.Sprintf("at least %.1f tokens/s, at concurrency %d; every level is faster than that.", *a.OutputTokensPerSecond, a.Between[0])
	}
	return s + "unknown; " + plain.Text(cmp.Or(a.Reason, "no level has a median speed")) + "."
}

// costSentence says what a million tokens cost, and which tokens. If every level is
// faster, the system may be capable of more, at a lower cost.
func (r *Report) costSentence(a *AtSpeed) string {
	most := ""
	if a.Case == AllFaster {
		most = "at most "
	}
	what := "1M input and 1M output tokens together"
	if r.Config.InputTokens != r.Config.OutputTokens && r.Config.OutputTokens > 0 {
		what = fmt.Sprintf("1M output tokens and the %.3gM input tokens that come with them", float64(r.Config.InputTokens)/float64(r.Config.OutputTokens))
	}
	note := ""
	if r.System.PriceNote != "" {
		note = ", " + r.System.PriceNote
	}
	return fmt.Sprintf("%s%s for %s (%d accelerators at %s an hour%s)", most, a.CostPerMillion.Text(3), what, r.System.Accelerators, r.System.Price.Short(), note)
}

// meanwhile says what was observed, a line for each level of which something is known.
func (r *Report) meanwhile() (lines []string) {
	for i := range r.Levels {
		l := &r.Levels[i]
		var parts []string
		if text := telemetry.Together([]*telemetry.Server{l.Server}, []float64{l.MeasuredSeconds}).String(); text != "" {
			parts = append(parts, text)
		}
		for _, y := range l.Yields {
			parts = append(parts, y.String())
		}
		if len(parts) > 0 {
			lines = append(lines, fmt.Sprintf("%d: %s", l.Concurrency, strings.Join(parts, "; ")))
		}
	}
	return lines
}
