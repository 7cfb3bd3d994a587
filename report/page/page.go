package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/pricing/catalog"
	"github.com/agentperf/agentperf-go/report"
)

// Options say what a page shows beside reports. The zero Options are those of a page of its
// own.
type Options struct {
	// Title stands above the headline, such as the date of a study; empty for none.
	Title string
	// Note is a sentence on all reports, such as that they are of simulated systems; empty for
	// none.
	Note string
	// Requests show what happened inside the phases around each limit; nil for none.
	Requests *Requests
	// Series are shown below the requests of the same phases; nil for none.
	Series *Series
	// Prices are those that the page shows, as of the last report, and computes costs with
	// beside the price that a report states; nil for none.
	Prices catalog.Prices
}

//go:embed page.html
var frame string

//go:embed page.css
var style string

//go:embed ui.js
var script string

var page = template.Must(template.New("page").Parse(frame))

// policy lets the page load nothing, and run no script but its own.
func policy() string {
	sum := sha256.Sum256([]byte(script))
	return "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:"
}

// A document is what the template shows.
type document struct {
	Title, Over, Headline, Lede, Policy, Footer string

	Style, Rules template.CSS
	Script       template.JS
	Definitions  template.HTML
	Models       template.HTML
	Sections     []section
	Big          bool // too many phases to lay out at once
}

// Write draws the page of the reports, in their order, which is also that of colors. A system
// that its report does not name is called like the file. Equal reports give equal bytes. The
// error is that of w.
func Write(w io.Writer, reports []*report.Report, o Options) error {
	st := newStudy(reports)
	st.requests, st.series, st.prices = o.Requests, o.Series, o.Prices
	d := document{
		Policy: policy(), Style: template.CSS(style), Script: template.JS(script), Definitions: chart.Definitions,
		Over: "AgentPerf report", Title: "AgentPerf report", Headline: st.headline(), Lede: st.lede(plain.Text(o.Note)), Footer: st.footer(),
		Sections: st.sections(), Models: st.switchOfModels(), Big: st.phases() > manyPhases,
	}
	if o.Title != "" {
		title := plain.Text(o.Title)
		d.Over, d.Title = d.Over+" · "+title, d.Title+", "+title
	}
	var rules strings.Builder
	rules.WriteString(st.rulesOfModels())
	for _, s := range d.Sections {
		rules.WriteString(s.rules)
	}
	// Where a browser does not know :has, everything shows; on paper it does unless the
	// short variant is chosen.
	short := strings.ReplaceAll(rules.String(), ":root", ":root:has(#paper-short:checked)")
	d.Rules = template.CSS("@supports selector(:has(a)){@media screen{" + rules.String() + "}@media print{" + short + "}}")
	var out bytes.Buffer // nothing of a page that fails
	if err := page.Execute(&out, d); err != nil {
		return err
	}
	_, err := out.WriteTo(w)
	return err
}

// manyPhases is the number of phases above which a browser lays out figures as they come into
// view. Below it the page is whole in a screenshot.
const manyPhases = 1000
