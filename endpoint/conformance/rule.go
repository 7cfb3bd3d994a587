package conformance

import (
	"context"
	"fmt"
)

// A rule looks at one capability.
type rule struct {
	name     Capability
	required bool   // where nothing else is asked for
	why      string // it matters to a benchmark, in one sentence
	// cost is what look sends at most, for so many requests at once; nil for nothing.
	costs func(n int) Cost
	// alone is set on rules that need no answer to have worked.
	alone bool
	look  func(context.Context, *suite) seen
}

// seen is what a rule saw.
type seen struct {
	status Status
	text   string
}

func passed(format string, args ...any) seen  { return seen{Passed, fmt.Sprintf(format, args...)} }
func failed(format string, args ...any) seen  { return seen{Failed, fmt.Sprintf(format, args...)} }
func skipped(format string, args ...any) seen { return seen{Skipped, fmt.Sprintf(format, args...)} }
