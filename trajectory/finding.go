package trajectory

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// A Severity says how bad a [Finding] is.
type Severity string

const (
	// SeverityError marks what makes a replay measure something other than it
	// claims.
	SeverityError Severity = "error"
	// SeverityWarning marks what to know before believing the result.
	SeverityWarning Severity = "warning"
	// SeverityInfo marks a property of the recording.
	SeverityInfo Severity = "info"
)

// A Finding is something to know about a workload before it is replayed.
type Finding struct {
	// File and Line are its place; empty and 0 if unknown. Lines count from 1.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Trajectory is the ID of the session or subagent. Turn is the turn in it, or
	// -1 if the finding is not about a single turn.
	Trajectory string `json:"trajectory,omitempty"`
	Turn       int    `json:"turn"`
	// Severity says how bad it is, Rule what kind of finding it is: words joined
	// by hyphens.
	Severity Severity `json:"severity"`
	Rule     string   `json:"rule"`
	// Text describes it in a sentence.
	Text string `json:"text"`
}

// String returns the finding on one line, such as
//
//	a.jsonl:17: warning: s1 turn 4: 2 images are left out (image)
//
// Control characters and what is invisible, in names from a recording, are escaped.
func (f Finding) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File)
		if f.Line > 0 {
			fmt.Fprintf(&b, ":%d", f.Line)
		}
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%s: ", f.Severity)
	if f.Trajectory != "" {
		b.WriteString(f.Trajectory)
		if f.Turn >= 0 {
			fmt.Fprintf(&b, " turn %d", f.Turn)
		}
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%s (%s)", f.Text, f.Rule)
	return plain.Text(b.String())
}
