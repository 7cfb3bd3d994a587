package page

import (
	"fmt"
	"html/template"
	"math"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
)

// rowsOfSearch bounds the rows of the table of one search on a page of many: all tables together
// have as many rows as one of data, as far as a search of this length is shown as a whole. Elements
// are what a browser needs time for. The last rows are those that decide.
func rowsOfSearch(systems int) int { return max(90, mostRows/max(1, systems)) }

// searchTable has a row for each phase, of the last so many at most, with the bracket of each level
// after it.
func (s *subject) searchTable(steps []step, most int) chart.Table {
	t := chart.Table{Caption: "Phases of the search", Class: "ph", Head: []string{"Phase", "Agents", "P25, tok/s", "P95 TTFT"}}
	by := level{}
	if s.byE2E() {
		by, t.Head[2] = level{e2e: 1}, "P25 E2E, tok/s"
	}
	failed := false
	for _, p := range steps {
		failed = failed || p.figures != nil && p.figures.Failed > 0
	}
	if failed {
		t.Head = append(t.Head, "Failed")
	}
	axis := searchAxis(steps)
	brackets := make([]bracket, len(s.tiers()))
	for i := range brackets {
		brackets[i] = bracket{says: make(map[int]said)}
	}
	for i := range s.tiers() {
		t.Head = append(t.Head, levelOf(&s.report.Tiers[i]).short())
	}
	for k, p := range steps {
		row := chart.Row{Key: p.key, Group: s.pointKey(p.Agents), Cells: []string{chart.Int(p.Index + 1), chart.Int(p.Agents), chart.Number(p.judged(by).value), p.late()}}
		if p.state == chart.Invalid {
			row.Class = "inv"
		}
		row.HTML = []template.HTML{template.HTML(fmt.Sprintf(`<a href="#%s">%d</a>`, p.key, p.Index+1))}
		if failed {
			row.Cells = append(row.Cells, p.failures())
		}
		row.HTML = append(row.HTML, make([]template.HTML, len(row.Cells)-1)...)
		for i := range s.tiers() {
			v := p.verdict(s.report.Tiers[i].Name)
			if p.state != chart.Invalid {
				brackets[i].take(p.Agents, v)
			}
			row.Cells = append(row.Cells, "")
			row.HTML = append(row.HTML, verdictCell(p, v, brackets[i], axis))
		}
		if k >= len(steps)-most {
			t.Rows = append(t.Rows, row)
		}
	}
	if len(t.Rows) < len(steps) {
		t.Caption = fmt.Sprintf("The last %d of %s phases of the search", len(t.Rows), chart.Int(len(steps)))
	}
	return t
}

func (p step) verdict(tier string) agentperf.TierVerdict {
	for _, v := range p.Verdicts {
		if v.Tier == tier {
			return v
		}
	}
	return agentperf.TierVerdict{}
}

// verdictCell is a verdict in a word, and the bracket on a rail that is the axis of the chart:
// its thick part fades out while nothing has failed.
func verdictCell(p step, v agentperf.TierVerdict, b bracket, axis chart.Axis) template.HTML {
	word, class := string(v.Verdict), "ok"
	switch {
	case p.state == chart.Invalid:
		word, class = "invalid", "inv"
	case v.Tentative != "":
		word, class = string(v.Tentative)+"?", "ten"
	case v.Verdict == agentperf.Undecided:
		class = "ten"
	case word == "":
		word, class = chart.Unknown, "ten"
	}
	at := func(n int) float64 {
		if n < 1 {
			return 0
		}
		return math.Round(max(0, min(1, axis.At(float64(n))))*1000) / 1000
	}
	high, open := 1.0, " open"
	if b.high > 0 {
		high, open = at(b.high), ""
	}
	return template.HTML(fmt.Sprintf(`<span class="r %s">%s</span><i class="br%s" style="--f:%v;--h:%v;--t:%v"></i>`,
		class, chart.Escape(word), open, at(b.low), max(high, at(b.low)), at(p.Agents)))
}

func (p step) late() string {
	if p.ttftBroken {
		return "infinite"
	}
	return chart.Seconds(p.ttft)
}

func (p step) failures() string {
	if p.figures == nil {
		return chart.Unknown
	}
	return chart.Int(p.figures.Failed) + "/" + chart.Int(p.figures.Requests)
}
