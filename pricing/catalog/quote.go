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
	// Minimum is the lowest price of any provider.
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
	Warnings []string
}

// ErrNoPrice is returned when no price of a catalog matches a query.
var ErrNoPrice = errors.New("catalog: no price")

// staleAfter is the age of a price, in days, beyond which it carries a warning: prices
// move by tens of percent within months.
const staleAfter = 90

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
	lowest := picked.lowestOfEach()
	if s == Minimum {
		if q.Commitment == OneYear || q.Commitment == ThreeYear {
			quote.Name = "lowest " + q.Commitment.words()
		}
		low := slices.MinFunc(lowest, func(a, b Price) int { return cmp.Compare(a.PerHour, b.PerHour) })
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
	quote.warn(q, len(lowest))
	return quote, nil
}

// lowestOfEach returns the lowest price of each provider, in the order of the providers.
func (all Prices) lowestOfEach() (lowest Prices) {
	index := make(map[string]int)
	for _, p := range all {
		key := strings.ToLower(p.Provider)
		if i, seen := index[key]; !seen {
			index[key] = len(lowest)
			lowest = append(lowest, p)
		} else if p.PerHour < lowest[i].PerHour {
			lowest[i] = p
		}
	}
	return lowest
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

func (q *Quote) warn(of Query, providers int) {
	add := func(format string, args ...any) { q.Warnings = append(q.Warnings, fmt.Sprintf(format, args...)) }
	for _, p := range q.From {
		if days := int(of.AsOf.Sub(p.Date).Hours() / 24); !of.AsOf.IsZero() && days > staleAfter {
			add("the price of %s is %d days old (%s)", p.Provider, days, p.Date.Format(time.DateOnly))
		}
	}
	switch of.scope() {
	case GPUOnly:
		add("the price is of the accelerator alone: processors, memory and disks come on top")
	case Community:
		add("the price is of a marketplace of third parties' machines")
	}
	if providers == 1 {
		add("only one provider is known: %s", q.From[0].Provider)
	}
}

// Note returns the quote in words, for [pricing.System].PriceNote: statistic, provider,
// instance and date.
func (q Quote) Note() string {
	if len(q.From) == 1 {
		p := q.From[0]
		return fmt.Sprintf("%s, %s %s, %s", q.Name, p.Provider, p.Instance, p.Date.Format(time.DateOnly))
	}
	oldest := slices.MinFunc(q.From, func(a, b Price) int { return a.Date.Compare(b.Date) })
	newest := slices.MaxFunc(q.From, func(a, b Price) int { return a.Date.Compare(b.Date) })
	return fmt.Sprintf("%s of %d providers, %s to %s", q.Name, len(q.From), oldest.Date.Format(time.DateOnly), newest.Date.Format(time.DateOnly))
}
