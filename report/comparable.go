package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/identity"
	"github.com/agentperf/agentperf-go/internal/journal"
)

// A Difference is a field in which two reports differ.
type Difference struct {
	// Field is its path under its Go name, such as Rule.SettleSeconds.
	Field string `json:"field"`
	// A and B are the values as JSON, or "absent".
	A string `json:"a"`
	B string `json:"b"`
}

// String returns the difference for people: "Rule.SettleSeconds: 4 and 30".
func (d Difference) String() string { return fmt.Sprintf("%s: %.100s and %.100s", d.Field, d.A, d.B) }

// Comparable returns the fields of the configurations that differ and make the two measurements
// different ones; none if the figures of one can be held against those of the other. Every field
// counts that is not exempted for a reason: one that names the system under test, which is what
// a comparison is about; one that only decides how much is measured, and one that follows from
// another. Fields to ignore besides are those of a Difference, or what they begin with, such as
// Policy for Policy.Output.
//
// Two reports of different kinds differ in Schema and in nothing else, whatever is ignored.
func Comparable(a, b *Report, ignore ...string) []Difference {
	var all []Difference
	switch {
	case a.Agentperf != nil && b.Agentperf != nil:
		all = differences(&a.Agentperf.Config, &b.Agentperf.Config, agentsExempt)
		all = append(all, ofWorkload(a, b)...)
	case a.SLT != nil && b.SLT != nil:
		all = differences(&a.SLT.Config, &b.SLT.Config, sltExempt)
	default:
		return []Difference{{"Schema", fmt.Sprintf("%q", a.schema()), fmt.Sprintf("%q", b.schema())}}
	}
	return slices.DeleteFunc(all, func(d Difference) bool {
		return slices.ContainsFunc(ignore, func(name string) bool {
			rest, ok := strings.CutPrefix(d.Field, name)
			return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
		})
	})
}

// agentsExempt are the fields of an agentperf.ConfigEcho that do not make the measurement a
// different one. One that somebody adds counts until it is listed.
var agentsExempt = identity.Exemptions{
	"Endpoint":                  "is the system under test",
	"Load":                      "where requests are sent from says nothing of the system, and is a note",
	"Label":                     "names the system under test",
	"Headers":                   "are what the system under test wants",
	"SessionHeader":             "is for the routers of the system",
	"ContextTokens":             "is that of the system; what does not fit is not in the workload, whose digest counts",
	"MaxTokensField":            "is the name that the system has for it",
	"Workload":                  "is a name; the digest counts",
	"Trajectories":              "follows from the workload",
	"Turns":                     "follows from the workload",
	"TurnsWithoutDelay":         "follows from the workload",
	"WorkloadSHA256":            "is compared where both are known",
	"Reuse":                     "follows from the workload",
	"SyntheticFactor":           "is compared beside this: it is measured, and close is the same",
	"HumanWaitsRecordedSeconds": "follows from the workload",
	"HumanWaitsReplayedSeconds": "follows from the workload",
	"ToolDelaysRecordedSeconds": "follows from the workload",
	"ToolDelaysReplayedSeconds": "follows from the workload",
	"Origins":                   "follows from the workload",
	"Seed":                      "is drawn anew each time",
	"Start":                     "decides which numbers are tried, not what a phase measures",
	"MaxAgents":                 "decides which numbers are tried, not what a phase measures",
	"MaxPhases":                 "decides how long a search goes on",
	"Agents":                    "decides which numbers are tried, not what a phase measures",
	"Rule.Text":                 "says the rest in words",
	"Rule.ErrorRate":            "is how sure the answer is, and is said with it",
	"Rule.MaxMeasureSeconds":    "decides how long a search goes on",
	"Rule.BudgetSeconds":        "decides how long a search goes on",
	"Rule.Scan":                 "decides which numbers are tried, not what a phase measures",
	"Rule.Companion":            "decides which numbers are tried, not what a phase measures",
}

// sltExempt are those of an slt.ConfigEcho.
var sltExempt = identity.Exemptions{
	"Endpoint":              "is the system under test",
	"Label":                 "names the system under test",
	"Headers":               "are what the system under test wants",
	"SessionHeader":         "is for the routers of the system",
	"Name":                  "names the setup of the system",
	"PromptWords":           "follows from InputTokens and the tokenizer",
	"CalibratedInputTokens": "is as near to InputTokens as words come",
	"Levels":                "decide which levels are run, not what one measures",
	"MaxConcurrency":        "decides which levels are run, not what one measures",
	"PlateauGain":           "decides which levels are run, not what one measures",
	"PlateauLevels":         "decides which levels are run, not what one measures",
	"AtSpeeds":              "are asked of the levels when they have been measured",
	"Seed":                  "is drawn anew each time",
}

// differences lists the fields in which two structs of one type differ. What cannot be compared
// differs.
func differences(a, b any, exempt identity.Exemptions) []Difference {
	var texts [2][]byte
	for i, v := range []any{a, b} {
		text, err := identity.Of(v, identity.Options{Exempt: exempt})
		if err != nil { // a report in memory has what no JSON has
			return []Difference{{"Config", err.Error(), err.Error()}}
		}
		texts[i] = text
	}
	found, err := journal.Differences(texts[0], texts[1])
	if err != nil {
		return []Difference{{"Config", err.Error(), err.Error()}}
	}
	all := make([]Difference, 0, len(found))
	for _, d := range found {
		if empty[d.Was] && empty[d.Now] {
			continue // nil beside what has entries, each of which is a difference
		}
		all = append(all, Difference{d.Path, d.Was, d.Now})
	}
	return all
}

var empty = map[string]bool{"null": true, "{}": true, "[]": true, "absent": true}

// ofWorkload says whether two runs replayed the same. Two digests that are not known are no
// equal ones.
func ofWorkload(ra, rb *Report) (all []Difference) {
	a, b := &ra.Agentperf.Config, &rb.Agentperf.Config
	known := func(s string) string {
		if s == "" {
			return "unknown"
		}
		return s
	}
	if a.WorkloadSHA256 != b.WorkloadSHA256 || a.WorkloadSHA256 == "" {
		all = append(all, Difference{"WorkloadSHA256", known(a.WorkloadSHA256), known(b.WorkloadSHA256)})
	}
	if math.Abs(a.SyntheticFactor-b.SyntheticFactor) > sameFactor*math.Max(math.Abs(a.SyntheticFactor), math.Abs(b.SyntheticFactor)) {
		all = append(all, Difference{"SyntheticFactor", fmt.Sprint(a.SyntheticFactor), fmt.Sprint(b.SyntheticFactor)})
	}
	return all
}

// sameFactor is the relative difference up to which factors of synthetic text are of the same
// tokenizer: the one up to which a journal may be gone on with.
const sameFactor = 0.01
