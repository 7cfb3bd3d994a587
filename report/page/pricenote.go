package page

import (
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// note writes the lowest prices of an accelerator, one for each term, and the same for a narrow
// column. Where there is no room for all, the committed ones lose what must be known of them,
// which the mark and the table say, and then their providers.
func (a accelerator) note() (wide, narrow string) {
	var most, some, fewest, shortest []string
	for _, c := range commitments {
		o, ok := a.lowest(c)
		if !ok {
			continue
		}
		price := chart.USD(o.PerHour.Dollars())
		if c == catalog.OnDemand {
			most, some, fewest, shortest = append(most, o.note()), append(some, o.note()), append(fewest, o.note()), append(shortest, price)
			continue
		}
		most, some, fewest = append(most, terms[c]+" "+o.note()), append(some, terms[c]+" "+price+" "+o.Provider), append(fewest, terms[c]+" "+price)
		shortest = append(shortest, strings.NewReplacer(" years", "y", " year", "y").Replace(terms[c])+" "+price)
	}
	const dot = " · "
	for _, all := range [][]string{most, some, fewest} {
		if wide = strings.Join(all, dot); chart.DotNote.Fits(wide) {
			break
		}
	}
	for n := len(shortest); n > 0; n-- {
		if narrow = strings.Join(shortest[:n], dot); chart.DotShort.Fits(narrow) {
			break
		}
	}
	return wide, narrow
}

// note writes the price with its provider and what must be known of it.
func (o offer) note() string {
	text := chart.USD(o.PerHour.Dollars()) + " " + o.Provider
	if o.alone() {
		text += ", accelerator alone"
	}
	if o.old {
		text += ", " + o.Date.Format("2006-01")
	}
	return text
}
