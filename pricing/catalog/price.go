package catalog

import (
	"fmt"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

// A Price is what one accelerator costs for an hour, with where that is known
// from.
type Price struct {
	Provider string
	// Accelerator is its name, such as H100-SXM or MI300X. H100 and H100 SXM5
	// are taken for the same; H100-PCIe and H100-NVL are others.
	Accelerator string
	// PerInstance is the number of accelerators in the instance; 0 when it was
	// not stated.
	PerInstance int
	Instance    string
	// Region is the provider's name for it; empty when the price has none.
	Region     string
	Commitment Commitment
	Scope      Scope
	// PerHour is the price of one accelerator for an hour.
	PerHour pricing.USD
	// Date is the day on which the price was valid, in UTC.
	Date time.Time
	// SourceTitle, Source, Confidence ("high" or "medium") and Notes say where
	// it is from.
	SourceTitle, Source, Confidence, Notes string
}

// A Commitment is for how long an accelerator must be paid for.
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

// words returns the commitment as it is read.
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

// A Scope is what a price buys. Prices of different scopes are not mixed.
type Scope string

// The scopes.
const (
	// WholeInstance is the accelerator with its share of the machine around it.
	WholeInstance Scope = "whole_instance"
	// GPUOnly is the accelerator alone: processors, memory and disks are billed
	// beside it, which adds a tenth and more.
	GPUOnly Scope = "gpu_only"
	// Community is an instance on the machine of some third party, sold through
	// a marketplace and without the guarantees of a data centre.
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
	return fmt.Sprintf("%s %s %v per accelerator-hour, %s, %s", p.Provider, p.Accelerator, p.PerHour, p.Commitment.words(), p.Date.Format(time.DateOnly))
}

// SameAccelerator reports whether two names are of one accelerator; see
// [Price.Accelerator].
func SameAccelerator(a, b string) bool { return acceleratorKey(a) == acceleratorKey(b) }

// acceleratorKey returns what names of one accelerator have in common: case and
// spaces do not count, and the bare name of a generation is its SXM form, which
// is what systems of eight have.
func acceleratorKey(name string) string {
	key := strings.ToUpper(strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), "-"))
	if base, rest, ok := strings.Cut(key, "-SXM"); ok && strings.Trim(rest, "0123456789") == "" {
		return base
	}
	return key
}
