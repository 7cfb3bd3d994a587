package page

import (
	"cmp"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// An offer is the lowest price of a provider for an accelerator and a commitment.
type offer struct {
	catalog.Price
	old bool // on the day of the page
}

// alone reports whether the rest of the machine is billed beside it.
func (o offer) alone() bool { return o.Scope == catalog.GPUOnly }

// An accelerator is what is asked for one, on demand first and lowest first.
type accelerator struct {
	name   string
	offers []offer
}

// The commitments that are shown, in the order of their marks: what is asked for without one, and
// for each term. Spot prices change by the hour and buy what may be taken away.
var commitments = []catalog.Commitment{catalog.OnDemand, catalog.OneYear, catalog.ThreeYear}

// terms are the words for commitments, behind a price and in a cell.
var terms = map[catalog.Commitment]string{catalog.OnDemand: "on demand", catalog.OneYear: "1 year", catalog.ThreeYear: "3 years"}

// mostAccelerators bounds the chart of a catalog of someone's own; the built-in one has 14.
const mostAccelerators = 24

// offersOf returns what a catalog has for each accelerator, the dearest first, on a day, and how
// many accelerators it leaves out. The price of an accelerator alone counts only where the
// provider has none of a whole instance.
func offersOf(all catalog.Prices, day time.Time) (out []accelerator, omitted int) {
	rows := make(map[string]*accelerator)
	for _, c := range commitments {
		whole := make(map[[2]string]bool)
		for _, scope := range []catalog.Scope{catalog.WholeInstance, catalog.GPUOnly} {
			for _, p := range all.Lowest(catalog.Query{Commitment: c, Scope: scope, AsOf: day}) {
				provider, name := p.Key()
				if p.PerHour <= 0 || whole[[2]string{provider, name}] {
					continue
				}
				whole[[2]string{provider, name}] = scope == catalog.WholeInstance
				if rows[name] == nil {
					rows[name] = &accelerator{name: bounded(p.Accelerator)}
				}
				p.Provider = bounded(p.Provider)
				rows[name].offers = append(rows[name].offers, offer{p, p.Stale(day)})
			}
		}
	}
	for _, a := range rows {
		slices.SortFunc(a.offers, func(x, y offer) int {
			return cmp.Or(cmp.Compare(x.color(), y.color()), cmp.Compare(x.PerHour, y.PerHour), cmp.Compare(x.Provider, y.Provider))
		})
		out = append(out, *a)
	}
	slices.SortFunc(out, func(x, y accelerator) int {
		return cmp.Or(cmp.Compare(len(y.offers), len(x.offers)), cmp.Compare(x.name, y.name))
	})
	omitted = max(0, len(out)-mostAccelerators)
	out = out[:len(out)-omitted]
	slices.SortFunc(out, func(x, y accelerator) int {
		return cmp.Or(cmp.Compare(y.usual().PerHour, x.usual().PerHour), cmp.Compare(x.name, y.name))
	})
	return out, omitted
}

// lowest returns the lowest price with a commitment: of a whole instance rather than of an
// accelerator alone, and one that is not old if there is any.
func (a accelerator) lowest(c catalog.Commitment) (best offer, ok bool) {
	rank := func(o offer) int {
		n := 0
		if o.alone() {
			n += 2
		}
		if o.old {
			n++
		}
		return n
	}
	for _, o := range a.offers {
		if o.Commitment == c && (!ok || rank(o) < rank(best)) { // in order of price
			best, ok = o, true
		}
	}
	return best, ok
}

// usual returns the lowest price on demand, or else with a commitment.
func (a accelerator) usual() offer {
	for _, c := range commitments {
		if o, ok := a.lowest(c); ok {
			return o
		}
	}
	return offer{}
}

// dayOfPrices returns the day on which prices are looked at: that of the measurements, or that
// of the newest price if none is as old as they.
func dayOfPrices(all catalog.Prices, measured time.Time) time.Time {
	var newest time.Time
	for _, p := range all {
		if p.Date.After(newest) {
			newest = p.Date
		}
	}
	if day := measured.UTC().Truncate(24 * time.Hour); !measured.IsZero() && slices.ContainsFunc(all, func(p catalog.Price) bool { return !p.Date.After(day) }) {
		return day
	}
	return newest
}

// latest returns when the last of the reports began.
func (st *study) latest() (t time.Time) {
	for _, s := range st.systems {
		if s.report.Started.After(t) {
			t = s.report.Started
		}
	}
	for _, s := range st.sweeps {
		if s.report.Started.After(t) {
			t = s.report.Started
		}
	}
	return t
}

// accelerators returns those that the reports name, in their order.
func (st *study) accelerators() (names []string) {
	add := func(s *pricing.System) {
		if s != nil && s.Accelerator != "" {
			names = append(names, s.Accelerator)
		}
	}
	for _, s := range st.systems {
		add(s.report.System)
	}
	for _, s := range st.sweeps {
		add(s.report.System)
	}
	return names
}
