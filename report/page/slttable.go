package page

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
)

// key ties the marks of a level together and to its row.
func (s tuned) key(level int) string {
	return fmt.Sprintf("q%d%s-%d", s.index, s.setup.style(), level)
}

// mostSweepRows bounds the rows of the table of levels. A sweep to 4,096 has 70.
const mostSweepRows = 1000

func levelTable(all []tuned) chart.Table {
	t := chart.Table{Caption: "Levels of the System Load Test", Head: []string{"System", "Concurrency", "Throughput, tok/s", "Speed per query, tok/s", "E2E latency", "TTFT", "Queries", "Answered", "Failed", "Valid"}}
	for _, s := range all {
		for i, l := range s.report.Levels {
			if len(t.Rows) == mostSweepRows {
				return t
			}
			row := chart.Row{Cells: []string{s.short, chart.Int(l.Concurrency), chart.Number(throughput(l)), chart.Number(speed(l)), chart.Seconds(latency(l)), "-", "-", "-", "-", "yes"}, Key: s.key(i)}
			if f := figures(l); f != nil {
				row.Cells[5] = chart.Seconds(of(l, func(f *slt.Figures) *float64 { return f.MedianTTFT }))
				row.Cells[6], row.Cells[8] = chart.Int(f.Requests), chart.Int(f.Failed)
				row.Cells[7] = chart.Share(of(l, func(f *slt.Figures) *float64 { return f.ResponseRate }))
			}
			if l.Figures == nil {
				row.Class, row.Cells[9] = "inv", "no: "+l.Invalid
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// loadCaption explains the lines that are drawn and what the charts leave out.
func loadCaption(all []tuned) template.HTML {
	var says []string
	has := func(s setup) bool { return slices.ContainsFunc(all, func(w tuned) bool { return w.setup == s }) }
	if has(minimumLatency) {
		says = append(says, "Dotted: Minimum Latency, tuned for fast responses.")
	}
	if has(maxThroughput) {
		says = append(says, "Solid: Max Throughput, tuned for sustained volume.")
	}
	if has(optimal) {
		says = append(says, "Band: Optimal, at each concurrency the better of the two by throughput.")
	}
	levels, undrawn := 0, 0
	for _, s := range all {
		levels += len(s.report.Levels)
		if s.color >= chart.Colors {
			undrawn++
		}
		if slices.ContainsFunc(s.report.Levels, func(l slt.Level) bool { return l.Figures == nil }) {
			says = append(says, s.name()+": a crossed level is invalid and is left out of the line.")
		}
	}
	if undrawn > 0 {
		says = append(says, fmt.Sprintf("Of %d sweeps %d are drawn; all are in the table.", len(all), len(all)-undrawn))
	}
	if levels > mostSweepRows {
		says = append(says, fmt.Sprintf("The table has the first %s of %s levels.", chart.Int(mostSweepRows), chart.Int(levels)))
	}
	return chart.Text(strings.Join(says, " "))
}

// readOff is the table of what follows from the levels.
func readOff(all []tuned, speeds []metrics.TokensPerSecond) chart.Figure {
	t := chart.Table{Caption: "What was read off", Head: []string{"System", "Setup", "Speed per query", "Throughput", "Between", "Per accelerator", "Per million", "Peak", "Peak at"}}
	for _, s := range all {
		for _, v := range speeds {
			a := s.at(v)
			between, each, cost := chart.Unknown, chart.Unknown, chart.Unknown
			if len(a.Between) == 2 {
				between = chart.Int(a.Between[0])
				if a.Between[1] != a.Between[0] {
					between += " and " + chart.Int(a.Between[1])
				}
			}
			if a.Normalized != nil && a.Normalized.PerAccelerator != nil {
				each = chart.Number(*a.Normalized.PerAccelerator)
			}
			if a.CostPerMillion != nil {
				cost = chart.USD(a.CostPerMillion.Dollars())
			}
			t.Rows = append(t.Rows, chart.Row{Cells: []string{
				s.label, orUnknown(string(s.setup)), chart.Number(float64(v)), s.throughputAt(v).brief(), between, each, cost, s.peak().brief(), chart.Int(s.report.PeakConcurrency),
			}})
		}
	}
	return chart.Figure{
		Span: 12, Title: "What was read off", Sub: "Speeds and throughput in tok/s; between and peak at are concurrencies. Setups as their owners name them.", Body: t.HTML(),
		Caption: chart.Text("Throughput at a speed is interpolated, linearly in speed, between the two concurrencies named: the last that is at least as fast and the first that is slower. Peak: at least, where throughput had not stopped growing."),
	}
}
