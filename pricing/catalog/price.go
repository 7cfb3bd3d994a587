package catalog

import (
	"fmt"
	"strings"
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
	Region     string
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
	return fmt.Sprintf("%s %s %v per accelerator-hour, %s, %s", p.Provider, p.Accelerator, p.PerHour, p.Commitment.words(), p.Date.Format(time.DateOnly))
}

// SameAccelerator reports whether two names mean the same accelerator. Case, blanks,
// hyphens and underscores do not matter, and the bare name of a generation is its SXM
// form: H100 and H100 SXM5 are the same, H100-PCIe and H100-NVL are others.
func SameAccelerator(a, b string) bool { return acceleratorKey(a) == acceleratorKey(b) }

// acceleratorKey returns the same key for all names of one accelerator. The bare name of a
// generation is its SXM form, which systems of eight have.
func acceleratorKey(name string) string {
	key := strings.ToUpper(strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), "-"))
	if base, rest, ok := strings.Cut(key, "-SXM"); ok && strings.Trim(rest, "0123456789") == "" {
		return base
	}
	return key
}
