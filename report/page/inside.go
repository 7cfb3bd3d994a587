package page

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// A look is what a figure of phases from inside shows.
type look struct {
	of    *subject
	level level
	steps []step
	dots  int // of a panel, at most
}

// insides shows what happened inside the phases around each limit, where requests are given:
// how steady the load and the system were.
func (st *study) insides(m int) (figures []chart.Figure) {
	var looks []look
	panels := 0
	for _, s := range st.of(m) {
		shown := make(map[string]bool)
		for i := range s.tiers() {
			steps := st.around(s, answerOf(s.report, &s.report.Tiers[i]))
			var name strings.Builder
			for _, p := range steps {
				name.WriteString(" " + p.key)
			}
			if len(steps) > 0 && !shown[name.String()] {
				shown[name.String()] = true
				panels += len(steps)
				looks = append(looks, look{of: s, level: levelOf(&s.report.Tiers[i]), steps: steps})
			}
		}
	}
	for _, l := range looks {
		l.dots = max(1, min(mostDots, allDots/panels))
		figures = append(figures, st.insideFigure(l))
	}
	return figures
}

// around returns up to three phases whose requests are known: the last at the number that holds,
// one between it and the first that fails, and the last at that.
func (st *study) around(s *subject, a answer) (chosen []step) {
	find := func(ok func(int) bool) {
		for _, p := range slices.Backward(s.steps) {
			if ok(p.Agents) && st.requests.of(s, p) != nil {
				chosen = append(chosen, p)
				return
			}
		}
	}
	low := max(a.low, a.seems)
	if low > 0 {
		find(func(n int) bool { return n == low })
	}
	find(func(n int) bool { return n > low && (a.high == 0 || n < a.high) })
	if a.high > 0 {
		find(func(n int) bool { return n == a.high })
	}
	slices.SortStableFunc(chosen, func(a, b step) int { return cmp.Compare(a.Agents, b.Agents) })
	return chosen
}

const (
	// mostDots is the number of requests that a panel has dots for: more are not told apart.
	mostDots = 2000
	// allDots is that of all panels of a model: 18 bytes of a page each.
	allDots = 60_000
)

func (st *study) insideFigure(k look) chart.Figure {
	s, l, steps := k.of, k.level, k.steps
	sc := insideScales{end: 1, started: 1, flying: 1, low: math.Inf(1), tops: make(map[string]float64)}
	var speeds []float64
	for _, p := range steps {
		in := st.requests.of(s, p)
		sc.add(in)
		sc.addCourses(st.series.of(s.runOf(p), p))
		for _, r := range in.requests {
			if r.speed > 0 {
				speeds = append(speeds, r.speed)
			}
		}
	}
	// Few answers are far faster than the rest, such as those of ten tokens: they are counted.
	sc.speed = max(1.15*quantile(speeds, 0.99), 1.5*l.speed)
	var body strings.Builder
	body.WriteString(`<div class="g">`)
	table := chart.Table{Caption: "Inside the phases", Head: []string{"Phase", "From", "Started", "Failed", "P25 speed, tok/s"}}
	table.Head = append(table.Head, sc.titles...)
	thinned, span := false, 12/len(steps)
	for _, p := range steps {
		in := st.requests.of(s, p)
		thinned = thinned || len(in.requests) > k.dots
		courses, failed := st.series.of(s.runOf(p), p), 0
		for _, r := range in.requests {
			if r.failed {
				failed++
			}
		}
		fmt.Fprintf(&body, `<div class="w%d"><h4>%s <small>phase %d, %s</small></h4>%s</div>`,
			span, chart.Count(p.Agents, "agent", "agents"), p.Index+1, failedText(failed), in.panel(k, p, sc, courses).HTML())
		for _, bin := range in.bins(sc.step) {
			cells := []string{chart.Int(p.Index + 1), chart.Seconds(bin.from), chart.Int(bin.started), chart.Int(bin.failed), chart.Number(bin.p25)}
			for _, title := range sc.titles {
				v := math.NaN()
				for _, c := range courses {
					if c.title == title {
						v = c.mean(bin.from, bin.from+sc.step)
					}
				}
				cells = append(cells, chart.Number(v))
			}
			table.Rows = append(table.Rows, chart.Row{Cells: cells})
		}
	}
	body.WriteString("</div>")
	caption := "Same scales in all columns. Shaded: the measured window."
	if len(sc.titles) > 0 {
		caption += " Below: what the servers and meters said of themselves, with a gap where nothing was read."
	}
	if thinned {
		caption += fmt.Sprintf(" Of more than %s requests a panel has every so many.", chart.Int(k.dots))
	}
	return chart.Figure{
		Span: 12, Class: s.class(), Title: "Inside the phases around the limit of " + s.short() + " at " + l.short(),
		Sub:  "Each dot is a request, at the time when it was sent. Thick line: P25 speed over time. Crosses: requests that failed.",
		Body: template.HTML(body.String()), Caption: chart.Text(caption), Table: limited(table),
	}
}

func failedText(n int) string {
	if n == 0 {
		return "none failed"
	}
	return chart.Int(n) + " failed"
}

// limited cuts a table that is too long for a page, and says so in its caption.
func limited(t chart.Table) chart.Table {
	if len(t.Rows) > mostRows {
		t.Caption += fmt.Sprintf(" (%d of %s rows)", mostRows, chart.Int(len(t.Rows)))
		t.Rows = t.Rows[:mostRows]
	}
	return t
}
