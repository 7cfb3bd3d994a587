package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

// A Statistic reduces many prices to one.
type Statistic string

const (
	// Minimum is the lowest price of any provider, of those that are not stale if
	// there are any.
	Minimum Statistic = "minimum"
	// Average is the mean of the lowest price of each provider, so that a provider
	// with many instance sizes counts once.
	Average Statistic = "average"
)

// A Quote is a statistic of the prices of a catalog.
type Quote struct {
	// PerHour is the price of one accelerator for an hour, rounded to a
	// picodollar.
	PerHour pricing.USD
	// Name names the statistic in words: "minimum on-demand", "lowest 1-year
	// committed", "average on-demand".
	Name string
	// From are the prices that it is computed from.
	From Prices
	// Warnings are reservations that belong beside the figure.
	Warnings []Warning
}

// A Warning is a reservation about a quote: a code for programs and a text for people. The
// codes are stale (a price is more than 90 days old), scope (the price is not of a whole
// instance), one_provider, lower_stale (a lower price does not count, because it is stale)
// and above_on_demand (a price with a commitment is above the one without).
type Warning struct{ Code, Text string }

func (w Warning) String() string { return w.Text }

// ErrNoPrice is returned when no price of a catalog matches a query.
var ErrNoPrice = errors.New("catalog: no price")

// Quote returns a statistic of the prices that match a query, which must name an
// accelerator and a commitment: without them it would be meaningless. The error wraps
// [ErrNoPrice] when no price matches; it is another when one that matches is 0 or less,
// which is no price.
func (all Prices) Quote(q Query, s Statistic) (Quote, error) {
	if q.Accelerator == "" || q.Commitment == "" {
		return Quote{}, errors.New("catalog: a quote needs an accelerator and a commitment")
	}
	if s != Minimum && s != Average {
		return Quote{}, fmt.Errorf("catalog: the statistic is %q, expected minimum or average", string(s))
	}
	picked := all.Select(q)
	if len(picked) == 0 {
		return Quote{}, fmt.Errorf("%w: %v%s", ErrNoPrice, q, all.instead(q))
	}
	for _, p := range picked {
		if p.PerHour <= 0 {
			return Quote{}, fmt.Errorf("catalog: the price of %s at %s is %v an hour, expected more than 0", p.Accelerator, p.Provider, p.PerHour)
		}
	}
	quote := Quote{Name: string(s) + " " + q.Commitment.words()}
	lowest := picked.Lowest(q)
	if s == Minimum {
		if q.Commitment == OneYear || q.Commitment == ThreeYear {
			quote.Name = "lowest " + q.Commitment.words()
		}
		low := slices.MinFunc(lowest, q.better)
		quote.PerHour, quote.From = low.PerHour, Prices{low}
	} else {
		sum := new(big.Rat)
		for _, p := range lowest {
			sum.Add(sum, p.PerHour.Rat())
		}
		mean, err := pricing.RoundUSD(sum.Quo(sum, big.NewRat(int64(len(lowest)), 1)))
		if err != nil {
			return Quote{}, err
		}
		quote.PerHour, quote.From = mean, lowest
	}
	quote.warnOf(q, len(lowest))
	if s == Minimum {
		quote.warnLower(q, picked)
	}
	if q.Commitment != OnDemand {
		quote.warnAbove(all, q, s)
	}
	return quote, nil
}

// instead hints at prices that nearly match the query.
func (all Prices) instead(q Query) string {
	for _, scope := range [...]Scope{WholeInstance, GPUOnly, Community} {
		other := q
		other.Scope = scope
		if scope != q.scope() && len(all.Select(other)) > 0 {
			return fmt.Sprintf("; there are prices of scope %s", scope)
		}
	}
	if q.Commitment = ""; len(all.Select(q)) > 0 {
		return "; there are prices of other commitments"
	}
	return ""
}

func (q *Quote) warn(code, format string, args ...any) {
	q.Warnings = append(q.Warnings, Warning{code, fmt.Sprintf(format, args...)})
}

// warnOf warns of what the prices are.
func (q *Quote) warnOf(of Query, providers int) {
	for _, p := range q.From {
		if p.Stale(of.AsOf) {
			q.warn("stale", "the price of %s is %d days old (%s)", p.Provider, p.age(of.AsOf), p.Date.Format(time.DateOnly))
		}
	}
	switch of.scope() {
	case GPUOnly:
		q.warn("scope", "the price is of the accelerator alone: processors, memory and disks come on top")
	case Community:
		q.warn("scope", "the price is of a marketplace of third parties' machines")
	}
	if providers == 1 {
		q.warn("one_provider", "only one provider is known: %s", q.From[0].Provider)
	}
}

// warnLower warns of a lower price that was not taken because it is stale.
func (q *Quote) warnLower(of Query, picked Prices) {
	low := slices.MinFunc(picked, func(a, b Price) int { return cmp.Compare(a.PerHour, b.PerHour) })
	if low.PerHour < q.PerHour {
		q.warn("lower_stale", "a lower price of %s, %s, is %d days old (%s) and does not count", low.Provider, low.PerHour.Short(), low.age(of.AsOf), low.Date.Format(time.DateOnly))
	}
}

// warnAbove warns of a price with a commitment that is above the one without: few
// providers publish what they ask of those who commit themselves.
func (q *Quote) warnAbove(all Prices, of Query, s Statistic) {
	of.Commitment = OnDemand
	free, err := all.Quote(of, s)
	if err != nil || q.PerHour <= free.PerHour {
		return
	}
	from := ""
	if len(free.From) == 1 {
		from = " (" + free.From[0].Provider + ")"
	}
	q.warn("above_on_demand", "%s is %s, above the %s, %s%s: few providers publish prices with a commitment", q.Name, q.PerHour.Short(), free.Name, free.PerHour.Short(), from)
}

// Note returns the quote in words, for [pricing.System].PriceNote: statistic, commitment,
// provider, instance, zone or meter, date, and what is bought if it is not a whole instance.
func (q Quote) Note() string {
	note := q.note()
	switch q.From[0].Scope { // that of all of them
	case GPUOnly:
		note += ", accelerator alone"
	case Community:
		note += ", third party's machine"
	}
	return note
}

func (q Quote) note() string {
	if len(q.From) == 1 {
		p := q.From[0]
		parts := []string{q.Name, strings.TrimSpace(p.Provider + " " + p.Instance), p.Variant, p.Date.Format(time.DateOnly)}
		return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
	}
	oldest := slices.MinFunc(q.From, func(a, b Price) int { return a.Date.Compare(b.Date) })
	newest := slices.MaxFunc(q.From, func(a, b Price) int { return a.Date.Compare(b.Date) })
	return fmt.Sprintf("%s of %d providers, %s to %s", q.Name, len(q.From), oldest.Date.Format(time.DateOnly), newest.Date.Format(time.DateOnly))
}
