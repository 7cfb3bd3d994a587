package catalog

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Prices are a catalog of prices.
type Prices []Price

// A Query selects prices. Empty fields select all, except Scope.
type Query struct {
	// Providers are the names of those whose prices count; see [PageProviders].
	Providers   []string
	Accelerator string
	Commitment  Commitment
	Region      string
	// Scope is what the price must buy; empty means [WholeInstance].
	Scope Scope
	// AsOf is the day of the question: later prices are ignored, and prices that are
	// more than 90 days older count where there is no other, with a warning. The
	// zero time does neither.
	AsOf time.Time
}

func (q Query) String() string {
	parts := []string{q.Commitment.words(), q.Accelerator, string(q.scope())}
	if len(q.Providers) > 0 {
		parts = append(parts, "of "+strings.Join(q.Providers, ", "))
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

// offer is what a later price replaces an earlier one of.
type offer struct {
	provider, accelerator, instance, region string
	commitment                              Commitment
}

// Select returns the prices that match a query, in the order of the catalog: of each
// instance of a provider, region and commitment only the latest, and of several on that
// day, such as those of zones or meters, the lowest.
func (all Prices) Select(q Query) Prices {
	wanted := make(map[string]bool)
	for _, name := range q.Providers {
		wanted[providerKey(name)] = true
	}
	accelerator, region := acceleratorKey(q.Accelerator), strings.ToLower(q.Region)
	providers, accelerators := make(keys), make(keys)
	current := make(map[offer]int)
	var picked Prices
	for i := range all {
		p := &all[i]
		o := offer{providers.of(p.Provider, providerKey), accelerators.of(p.Accelerator, acceleratorKey), p.Instance, p.Region, p.Commitment}
		switch {
		case len(wanted) > 0 && !wanted[o.provider], q.Accelerator != "" && o.accelerator != accelerator,
			q.Commitment != "" && p.Commitment != q.Commitment, region != "" && strings.ToLower(p.Region) != region,
			p.Scope != q.scope(), !q.AsOf.IsZero() && p.Date.After(q.AsOf):
			continue
		}
		j, seen := current[o]
		switch {
		case !seen:
			current[o] = len(picked)
			picked = append(picked, *p)
		case p.Date.After(picked[j].Date), p.Date.Equal(picked[j].Date) && p.PerHour < picked[j].PerHour:
			picked[j] = *p
		}
	}
	return picked
}

// Lowest returns the lowest price of each provider for each accelerator and commitment
// among those that match a query, in the order of the catalog. A price that is stale on
// the day of the question is not compared with one that is not.
func (all Prices) Lowest(q Query) Prices {
	providers, accelerators := make(keys), make(keys)
	index := make(map[offer]int)
	var lowest Prices
	for _, p := range all.Select(q) {
		o := offer{provider: providers.of(p.Provider, providerKey), accelerator: accelerators.of(p.Accelerator, acceleratorKey), commitment: p.Commitment}
		if i, seen := index[o]; !seen {
			index[o] = len(lowest)
			lowest = append(lowest, p)
		} else if q.better(p, lowest[i]) < 0 {
			lowest[i] = p
		}
	}
	return lowest
}

// better compares prices: those that are not stale come first, then lower ones.
func (q Query) better(a, b Price) int {
	switch staleA, staleB := a.Stale(q.AsOf), b.Stale(q.AsOf); {
	case staleA && !staleB:
		return 1
	case staleB && !staleA:
		return -1
	}
	return cmp.Compare(a.PerHour, b.PerHour)
}
