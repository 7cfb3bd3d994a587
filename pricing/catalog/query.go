package catalog

import (
	"slices"
	"strings"
	"time"
)

// Prices are a catalog of prices.
type Prices []Price

// A Query selects prices. Empty fields select all, except Scope.
type Query struct {
	Provider    string
	Accelerator string
	Commitment  Commitment
	Region      string
	// Scope is what the price must buy; empty means [WholeInstance].
	Scope Scope
	// AsOf is the day of the question: later prices are ignored, and prices more
	// than 90 days older cause a warning. The zero time does neither.
	AsOf time.Time
}

func (q Query) String() string {
	parts := []string{q.Commitment.words(), q.Accelerator, string(q.scope())}
	if q.Provider != "" {
		parts = append(parts, "of "+q.Provider)
	}
	if q.Region != "" {
		parts = append(parts, "in "+q.Region)
	}
	if !q.AsOf.IsZero() {
		parts = append(parts, "as of "+q.AsOf.Format(time.DateOnly))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

func (q Query) scope() Scope {
	if q.Scope == "" {
		return WholeInstance
	}
	return q.Scope
}

func (q Query) picks(p *Price) bool {
	return (q.Provider == "" || strings.EqualFold(p.Provider, q.Provider)) &&
		(q.Accelerator == "" || SameAccelerator(p.Accelerator, q.Accelerator)) &&
		(q.Commitment == "" || p.Commitment == q.Commitment) &&
		(q.Region == "" || strings.EqualFold(p.Region, q.Region)) &&
		p.Scope == q.scope() &&
		(q.AsOf.IsZero() || !p.Date.After(q.AsOf))
}

// Select returns the prices that match a query, in the order of the catalog: of each
// instance of a provider, region and commitment only the latest.
func (all Prices) Select(q Query) Prices {
	type offer struct {
		provider, accelerator, instance, region string
		commitment                              Commitment
	}
	latest := make(map[offer]int)
	var picked Prices
	for i := range all {
		p := all[i]
		if !q.picks(&p) {
			continue
		}
		o := offer{strings.ToLower(p.Provider), acceleratorKey(p.Accelerator), p.Instance, p.Region, p.Commitment}
		if j, seen := latest[o]; !seen {
			latest[o] = len(picked)
			picked = append(picked, p)
		} else if p.Date.After(picked[j].Date) {
			picked[j] = p
		}
	}
	return picked
}
