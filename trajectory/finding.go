package trajectory

import (
	"fmt"
	"strings"
)

// A Severity says how bad a [Finding] is.
type Severity string

const (
	// SeverityError is something without which a replay measures something else than
	// it claims.
	SeverityError Severity = "error"
	// SeverityWarning is something to know before believing the result.
	SeverityWarning Severity = "warning"
	// SeverityInfo is a property of the recording.
	SeverityInfo Severity = "info"
)

// A Finding is something to know about a workload before it is replayed.
type Finding struct {
	// File is the file it is in, Line the line, from 1, or 0.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Trajectory is the ID of the session or subagent, Turn the turn in it;
	// -1 when it is about no turn in particular.
	Trajectory string `json:"trajectory,omitempty"`
	Turn       int    `json:"turn"`
	// Severity says how bad it is, Rule what kind of finding it is: a word or a
	// few, with hyphens.
	Severity Severity `json:"severity"`
	Rule     string   `json:"rule"`
	// Text says it in a sentence.
	Text string `json:"text"`
}

// String returns the finding on one line, such as
//
//	a.jsonl:17: warning: s1 turn 4: 2 images are left out (image)
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
	return b.String()
}
