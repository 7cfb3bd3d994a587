package page

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/metrics"
)

// A list is a heading with warnings below it.
type list struct {
	title string
	items []metrics.Warning
}

func warnings(all []metrics.Warning) list {
	if len(all) == 0 {
		return list{"No warnings", nil}
	}
	return list{chart.Count(len(all), "warning", "warnings"), all}
}

func definitions(facts []fact) template.HTML {
	var b strings.Builder
	b.WriteString("<dl>")
	for _, f := range facts {
		if f.text != "" {
			fmt.Fprintf(&b, "<dt>%s</dt><dd>%s</dd>", chart.Escape(cut(f.name)), chart.Escape(cut(f.text)))
		}
	}
	b.WriteString("</dl>")
	return template.HTML(b.String())
}

// mostItems bounds a list of warnings: a report has some tens.
const mostItems = 100

func listed(lists []list) template.HTML {
	var b strings.Builder
	for _, l := range lists {
		fmt.Fprintf(&b, "<h4>%s</h4>", chart.Escape(cut(l.title)))
		if len(l.items) == 0 {
			continue
		}
		b.WriteString("<ul>")
		for _, w := range l.items[:min(len(l.items), mostItems)] {
			text := w.Text
			if text == "" {
				text = w.Code
			}
			fmt.Fprintf(&b, "<li>%s</li>", chart.Escape(cut(text)))
		}
		if n := len(l.items) - mostItems; n > 0 {
			fmt.Fprintf(&b, "<li>and %s more, in the report</li>", chart.Int(n))
		}
		b.WriteString("</ul>")
	}
	return template.HTML(b.String())
}
