package page

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/metrics"
)

// loadBars draws one figure of each sweep as a bar. note, if set, says more of a figure that is
// known, in the text behind the bar.
func loadBars(all []tuned, title string, write func(float64) string, read func(tuned) reading, note func(tuned) string) chart.Bars {
	b := chart.Bars{Title: title}
	var says []string
	for _, s := range all {
		r := read(s)
		text := r.text(write)
		if note != nil && r.unknown == "" {
			text += note(s)
		}
		row := chart.Bar{Color: s.color, Class: nonEmpty(" ", s.setup.style(), s.class), Name: s.name(), Text: text, Tip: s.name() + "\n" + text}
		switch {
		case r.unknown != "":
		case r.most:
			row.Possible = r.value
		default:
			row.Known, row.Open = r.value, r.least
			row.Zero = r.value == 0
		}
		b.Rows = append(b.Rows, row)
		says = append(says, s.name()+": "+text)
	}
	b.Desc = strings.Join(says, "; ")
	return b
}

// loadBarFigures are throughput at the reference speed, peak speed and peak throughput.
func loadBarFigures(all []tuned, speed metrics.TokensPerSecond) []chart.Figure {
	bounds := false
	for _, s := range all {
		bounds = bounds || s.peak().least || s.throughputAt(speed).least
	}
	at := fmt.Sprintf("Throughput at %s tok/s per query", chart.Number(float64(speed)))
	figures := []chart.Figure{
		{Span: 4, Title: at, Sub: "System output where half of the queries are as fast, tok/s. Longer is better.",
			Body: loadBars(all, at, chart.Number, func(s tuned) reading { return s.throughputAt(speed) }, nil).HTML()},
		{Span: 4, Title: "Peak output speed per query", Sub: "The greatest median of any concurrency, tok/s. Longer is better.",
			Body: loadBars(all, "Peak output speed per query", chart.Number, tuned.peakSpeed, nil).HTML()},
		{Span: 4, Title: "Peak system output throughput", Sub: "At whatever speed and concurrency, tok/s. Longer is better.",
			Body: loadBars(all, "Peak system output throughput", chart.Number, tuned.peak, nil).HTML()},
	}
	if bounds {
		figures[2].Caption = chart.Text("Arrow: a lower bound. Throughput had not stopped growing, or every concurrency was faster than the reference speed.")
	}
	return figures
}
