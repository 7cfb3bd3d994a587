package catalog

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

// A Price is what one accelerator costs for an hour, with its source.
type Price struct {
	Provider string
	// Accelerator is its name, such as H100-SXM or MI300X; see [SameAccelerator].
	Accelerator string
	// PerInstance is the number of accelerators in the instance; 0 if not stated.
	PerInstance int
	Instance    string
	// Region is the provider's name of the region; empty for a price without one.
	Region string
	// Variant is what tells the price from others of the same instance and region, in
	// words: "zone us-east-1b", "meter ND96isr H100 v5"; empty if nothing does.
	Variant    string
	Commitment Commitment
	Scope      Scope
	// PerHour is the price of one accelerator for an hour.
	PerHour pricing.USD
	// Date is the day on which the price was valid, in UTC.
	Date time.Time
	// SourceTitle, Source, Confidence ("high" or "medium") and Notes describe where
	// the price is from.
	SourceTitle, Source, Confidence, Notes string
}

// A Commitment is how long an accelerator must be paid for.
type Commitment string

// The commitments.
const (
	OnDemand  Commitment = "on_demand"
	Spot      Commitment = "spot"
	OneYear   Commitment = "1yr"
	ThreeYear Commitment = "3yr"
)

func parseCommitment(s string) (Commitment, bool) {
	switch c := Commitment(s); c {
	case OnDemand, Spot, OneYear, ThreeYear:
		return c, true
	}
	return "", false
}

// words returns the commitment in words.
func (c Commitment) words() string {
	switch c {
	case OnDemand:
		return "on-demand"
	case OneYear:
		return "1-year committed"
	case ThreeYear:
		return "3-year committed"
	}
	return string(c)
}

// A Scope is what a price buys. Prices of different scopes are never mixed.
type Scope string

// The scopes.
const (
	// WholeInstance is the accelerator with its share of the machine around it.
	WholeInstance Scope = "whole_instance"
	// GPUOnly is the accelerator alone: processors, memory and disks are billed
	// separately and add 10 % and more.
	GPUOnly Scope = "gpu_only"
	// Community is an instance on the machine of a third party, sold through a
	// marketplace without the guarantees of a data center.
	Community Scope = "community"
)

func parseScope(s string) (Scope, bool) {
	switch c := Scope(s); c {
	case "":
		return WholeInstance, true
	case WholeInstance, GPUOnly, Community:
		return c, true
	}
	return "", false
}

func (p Price) String() string {
	return fmt.Sprintf("%s %s %s per accelerator-hour, %s, %s", p.Provider, p.Accelerator, p.PerHour.Short(), p.Commitment.words(), p.Date.Format(time.DateOnly))
}

// staleAfter is the age of a price, in days, beyond which it is stale: prices move by tens
// of percent within months.
const staleAfter = 90

// Stale reports whether the price is more than 90 days old on a day. It never is on the
// zero day.
func (p Price) Stale(asOf time.Time) bool { return !asOf.IsZero() && p.age(asOf) > staleAfter }

// age returns the age of the price in days.
func (p Price) age(asOf time.Time) int { return int(asOf.Sub(p.Date).Hours() / 24) }

// dayOf returns the day of an instant, in UTC.
func dayOf(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
