package telemetry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

// An Observer watches one target during the phases of a run. Its methods are called one at a
// time, for each phase Start, then Sample every Target().Every, then Stop; Sample and Stop
// are called only after a Start that returned nil. What goes wrong fails no phase: the error
// is noted in [Observed], and the next tick tries again.
type Observer interface {
	// Target says what is observed. It does not change during a run.
	Target() Target
	// Start is called before the first request of a phase.
	Start(context.Context) error
	// Sample returns the values of now. Names and labels may be shared between calls and
	// must not be changed. Returned samples beside an error count.
	Sample(context.Context) ([]Sample, error)
	// Stop is called after the phase has drained. It may return samples that were taken
	// elsewhere meanwhile, in any order, each with its own time.
	Stop(context.Context, Instants) ([]Sample, error)
}

// A Target is what an [Observer] observes.
type Target struct {
	// Name is shown in reports; it must hold no credentials.
	Name string `json:"name"`
	// Role is the target's part in the system; empty means Engine.
	Role Role `json:"role"`
	// Every is the time between samples; 0 means 1s.
	Every time.Duration `json:"every_ns"`
	// Basis says what its power figures cover; empty means that the names of its series
	// decide.
	Basis pricing.Basis `json:"basis,omitempty"`
}

// Interval returns Every, or 1s, which resolves a queue of seconds and costs an engine well
// under a percent of a core.
func (t Target) Interval() time.Duration {
	if t.Every <= 0 {
		return time.Second
	}
	return t.Every
}

// A Role is the part of a target in the system under test.
type Role string

const (
	// Engine prefills and decodes.
	Engine Role = "engine"
	// Prefill only prefills, in a disaggregated deployment.
	Prefill Role = "prefill"
	// Decode only decodes, in a disaggregated deployment.
	Decode Role = "decode"
	// Router passes requests on to engines, and counts those that engines count too.
	Router Role = "router"
	// PowerMeter says what is drawn, and nothing of requests.
	PowerMeter Role = "power"
)

// Roles returns all roles.
func Roles() []Role { return []Role{Engine, Prefill, Decode, Router, PowerMeter} }

// ParseRole returns the role of that name; an empty one is Engine.
func ParseRole(s string) (Role, error) {
	if s == "" {
		return Engine, nil
	}
	if slices.Contains(Roles(), Role(s)) {
		return Role(s), nil
	}
	var names []string
	for _, r := range Roles() {
		names = append(names, string(r))
	}
	return "", fmt.Errorf("telemetry: %.40q is not a role, expected one of %s", s, strings.Join(names, ", "))
}

// Instants are those of one phase.
type Instants struct {
	// Begin is before its first request.
	Begin time.Time
	// Settled is where its window begins.
	Settled time.Time
	// WindowEnd is where its window ends.
	WindowEnd time.Time
	// End is after its last answer, with the drain over.
	End time.Time
}
