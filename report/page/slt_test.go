package page

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/slt"
	"github.com/agentperf/agentperf-go/system"
)

// A level of a sweep: concurrency, throughput, speed and latency.
type levelFigures [4]float64

// sweepOf makes a report of 8 accelerators as a sweep would leave it.
func sweepOf(name, setup string, levels ...levelFigures) *slt.Report {
	r := &slt.Report{
		Schema: slt.Schema, Started: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), Complete: true, PlateauReached: true,
		System: &pricing.System{Accelerator: "H200", Accelerators: 8, Price: 3 * pricing.Dollar}, Identity: &system.Identity{Name: name},
		Config: slt.ConfigEcho{Model: "gpt-oss-120b", Name: setup, InputTokens: 1000, OutputTokens: 1000},
	}
	for _, l := range levels {
		r.Levels = append(r.Levels, slt.Level{Concurrency: int(l[0]), Ending: "complete", Figures: &slt.Figures{
			OutputTokensPerSecond: l[1], MedianOutputSpeed: &l[2], MedianE2E: &l[3], Requests: 100,
		}})
	}
	derive(r)
	return r
}

// derive fills in what follows from the levels of a report.
func derive(r *slt.Report) {
	r.PeakOutputTokensPerSecond, r.PeakConcurrency, r.PeakOutputSpeed = nil, 0, nil
	for _, l := range r.Levels {
		f := l.Figures
		if f == nil {
			continue
		}
		if p := r.PeakOutputTokensPerSecond; p == nil || f.OutputTokensPerSecond > *p {
			r.PeakOutputTokensPerSecond, r.PeakConcurrency = &f.OutputTokensPerSecond, l.Concurrency
		}
		if p := r.PeakOutputSpeed; p == nil || *f.MedianOutputSpeed > *p {
			r.PeakOutputSpeed = f.MedianOutputSpeed
		}
	}
	at, err := r.At(100)
	if err != nil {
		panic(err) // of a sample
	}
	r.AtSpeed = []slt.AtSpeed{at}
}

func loadPage(t *testing.T, prices catalog.Prices, sweeps ...*slt.Report) (*study, string) {
	t.Helper()
	var in []*report.Report
	for _, s := range sweeps {
		in = append(in, &report.Report{SLT: s})
	}
	st := newStudy(in)
	st.prices = prices
	var b strings.Builder
	for m := range st.models {
		for _, s := range st.loadTests(m) {
			b.WriteString(chart.Escape(s.Title) + "\n" + chart.Escape(s.Lede) + "\n" + s.rules + "\n") // as the template does
			for _, f := range s.Figures {
				b.WriteString(string(f.HTML()) + "\n")
			}
		}
	}
	return st, b.String()
}

// The figures of a sweep are those that were worked out by hand: 100 tok/s lies half way
// between 120 and 80, and 8 accelerators at $3.00 cost $24 for 3,600 x 6,000 tokens.
func TestSweepIsReadOff(t *testing.T) {
	st, text := loadPage(t, nil, sweepOf("8x H200", "", levelFigures{1, 200, 200, 5}, levelFigures{32, 4000, 120, 9}, levelFigures{64, 8000, 80, 13}, levelFigures{128, 8100, 50, 21}))
	if got, want := st.headline(), "8x H200 delivers 6,000 tok/s in all while half of the queries get 100 tok/s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, want := range []string{
		"Queries of 1,000 input and 1,000 output tokens",
		">6,000</text>", ">200</text>", ">8,100</text>", ">$1.11 at $3.00/h</text>",
		"<td>6,000</td><td>32 and 64</td><td>750</td><td>$1.11</td><td>8,100</td><td>128</td>",
		`data-k="q0-2"><th scope="row">8x H200</th><td>64</td><td>8,000</td><td>80</td><td>13` + "\u00a0" + `s</td>`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if n := strings.Count(text, `<g class="m s0 ok"`); n != 4*4 {
		t.Errorf("%d marks, want 4 of each of 4 charts", n)
	}
}

// A bound is drawn as a bound, and what is not known is said.
func TestSweepBounds(t *testing.T) {
	open := sweepOf("open", "", levelFigures{1, 300, 300, 3}, levelFigures{2, 500, 260, 4})
	open.PlateauReached = false
	slow := sweepOf("slow", "", levelFigures{1, 60, 60, 17}, levelFigures{2, 100, 50, 20})
	late := sweepOf("late", "")
	speed := 400.0
	late.Levels = []slt.Level{{Concurrency: 1, Invalid: "the client was late", InvalidFigures: &slt.Figures{OutputTokensPerSecond: 900, MedianOutputSpeed: &speed}}}
	derive(late)
	slow.System = nil
	st, text := loadPage(t, nil, slow, late, open)
	if got, want := st.headline(), "open delivers at least 500 tok/s in all while half of the queries get 100 tok/s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, want := range []string{
		">at least 500</text>", ">slower: at most 60 tok/s per query</text>", ">no answer: no valid level</text>",
		">at most $13.33 at $3.00/h</text>", "Arrow: a lower bound.", "late: a crossed level is invalid", "no: the client was late", `class="m s1 inv"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	// An invalid level stretches no scale: the best that counts has 500 tok/s.
	if strings.Contains(text, ">900</text>") {
		t.Error("the invalid level is on a scale")
	}
}

// The two setups of a system have its color, and at each concurrency the better of the two is
// Optimal; others are not merged.
func TestSetups(t *testing.T) {
	fast := sweepOf("8x H200", "Minimum Latency", levelFigures{1, 300, 300, 3}, levelFigures{2, 400, 200, 4}, levelFigures{4, 500, 125, 8})
	much := sweepOf("8x H200", "Max Throughput", levelFigures{1, 200, 200, 5}, levelFigures{2, 380, 190, 5}, levelFigures{4, 700, 175, 6}, levelFigures{8, 900, 90, 9})
	other := sweepOf("8x H100", "Max Throughput", levelFigures{1, 100, 100, 9})
	st, _ := loadPage(t, nil, fast, other, much)
	var got []string
	for _, s := range st.tunedOf(0) {
		var row strings.Builder
		row.WriteString(s.name() + ":")
		for _, l := range s.report.Levels {
			row.WriteString(" " + strings.TrimSuffix(strings.Fields(l.Configuration + " -")[0], "-") + "/" + chart.Number(l.Figures.OutputTokensPerSecond))
		}
		got = append(got, row.String())
	}
	want := []string{
		"8x H200, Minimum Latency: /300 /400 /500", "8x H200, Max Throughput: /200 /380 /700 /900",
		"8x H200, Optimal: Minimum/300 Minimum/400 Max/700 Max/900", "8x H100, Max Throughput: /100",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	colors := map[string][]int{}
	for _, s := range st.tunedOf(0) {
		colors[s.label] = append(colors[s.label], s.color)
	}
	if !slices.Equal(colors["8x H200"], []int{0, 0, 0}) || !slices.Equal(colors["8x H100"], []int{1}) {
		t.Errorf("colors %v", colors)
	}
}

// Sweeps with queries of other lengths are not compared.
func TestShapesApart(t *testing.T) {
	long := sweepOf("b", "", levelFigures{1, 100, 100, 9})
	long.Config.InputTokens = 8000
	st, _ := loadPage(t, nil, sweepOf("a", "", levelFigures{1, 100, 100, 9}), long)
	sections := st.loadTests(0)
	if len(sections) != 2 || !strings.HasSuffix(sections[1].Title, ", 8,000 in and 1,000 out") {
		t.Errorf("%d sections", len(sections))
	}
}

// With a catalog there is a switch between its prices and that of the report.
func TestCostRates(t *testing.T) {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	prices := catalog.Prices{
		{Provider: "X", Accelerator: "H200", Commitment: catalog.OnDemand, Scope: catalog.WholeInstance, PerHour: 4 * pricing.Dollar, Date: day},
		{Provider: "X", Accelerator: "H200", Commitment: catalog.OneYear, Scope: catalog.WholeInstance, PerHour: 2 * pricing.Dollar, Date: day},
	}
	_, text := loadPage(t, prices, sweepOf("8x H200", "", levelFigures{1, 1000, 100, 9}))
	for _, want := range []string{ // 8 x price / 3.6
		">$6.67 at $3.00/h</text>", ">$8.89 at $4.00/h</text>", ">$4.44 at $2.00/h</text>", "X", "2026-11-01",
		":root:has(#p-slt-0-0-year:checked) .sec-slt-0-0 .rate-year{display:block}",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// What a report claims is text and numbers: it can neither add elements nor break a scale.
func TestHostileSweep(t *testing.T) {
	const bad = `<script>alert(1)</script>"'&`
	huge := sweepOf(bad, bad, levelFigures{1, 1e308, 1e308, 1e308}, levelFigures{1 << 62, 1, 1e-308, 1e-300}, levelFigures{-5, -1, -1, -1}, levelFigures{0, 0, 0, 0})
	huge.Config.Model, huge.System.Accelerator = bad, bad
	huge.Levels[0].Invalid, huge.Levels[0].Figures, huge.Levels[0].InvalidFigures = bad, nil, huge.Levels[0].Figures
	huge.PeakOutputTokensPerSecond, huge.AtSpeed = nil, append(huge.AtSpeed, slt.AtSpeed{Speed: -1}, slt.AtSpeed{Case: "?", Between: []int{1}})
	empty := &slt.Report{}
	_, text := loadPage(t, catalog.BuiltinPrices(), huge, empty)
	if strings.Contains(text, "<script") || strings.Contains(text, "NaN") || strings.Contains(text, "Inf\"") {
		t.Errorf("%s", text)
	}
}

// Sweeps that are not drawn are said to be missing.
func TestUndrawnSweeps(t *testing.T) {
	const says = "Of 13 sweeps 12 are drawn; all are in the table."
	var sweeps []*slt.Report
	for i := range 13 {
		_, page := loadPage(t, nil, sweeps...)
		if strings.Contains(page, says) {
			t.Errorf("%d sweeps: %s", i, says)
		}
		sweeps = append(sweeps, sweepOf("system "+string(rune('a'+i)), "", levelFigures{1, 100, 120, 9}, levelFigures{2, 180, 90, 11}))
	}
	if _, page := loadPage(t, nil, sweeps...); !strings.Contains(page, says) {
		t.Error("13 sweeps are on the page as if all were drawn")
	}
}
