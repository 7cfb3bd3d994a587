package conformance

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/agentperf/agentperf-go/endpoint"
)

// Schema is the name of the JSON of a [Report].
const Schema = "agentperf.conformance/1"

// A Report is what [Run] found.
type Report struct {
	// Schema is [Schema].
	Schema string `json:"schema"`
	// API is the one that was spoken.
	API endpoint.API `json:"api"`
	// Model is the model that was requested.
	Model string `json:"model"`
	// Engine is what the server says of itself.
	Engine endpoint.Engine `json:"engine,omitzero"`
	// ContextTokens is the context window that the server states; 0 if it states none.
	ContextTokens int `json:"context_tokens,omitempty"`
	// Concurrency is how many requests had to run at once.
	Concurrency int `json:"concurrency"`
	// Most is what the suite may have taken, Spent what it took.
	Most  Cost `json:"most"`
	Spent Cost `json:"spent"`
	// Complete is set if every rule was looked at.
	Complete bool `json:"complete"`
	// Rules are the findings, one for each rule, in the order of the capabilities.
	Rules []Finding `json:"rules"`
}

// A Finding is what one rule found.
type Finding struct {
	// Rule is the capability that it is about.
	Rule Capability `json:"rule"`
	// Status is how it ended.
	Status Status `json:"status"`
	// Required is set if the server conforms only with it.
	Required bool `json:"required"`
	// Saw is what was seen; of a rule that was skipped, why it could not see more.
	Saw string `json:"saw"`
	// Why says why the rule matters to a benchmark.
	Why string `json:"why"`
}

// A Status is how a rule ended.
type Status string

// The statuses.
const (
	Passed Status = "passed"
	Failed Status = "failed"
	// Skipped: nothing was seen that would tell.
	Skipped Status = "skipped"
)

// Err returns nil if the server conforms, and otherwise an error for each required rule that
// failed or could not be seen, joined: no data is not a pass.
func (r *Report) Err() error {
	var errs []error
	for _, f := range r.Rules {
		if err := f.err(); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 && !r.Complete {
		return errors.New("conformance: not all rules were looked at")
	}
	return errors.Join(errs...)
}

// err returns nil for a finding that does not stand in the way.
func (f Finding) err() error {
	switch {
	case !f.Required || f.Status == Passed:
		return nil
	case f.Status == Skipped:
		return fmt.Errorf("conformance: %s: could not be seen: %s (%s)", f.Rule, f.Saw, f.Why)
	}
	return fmt.Errorf("conformance: %s: %s (%s)", f.Rule, f.Saw, f.Why)
}

// WriteTable writes the report as a table: a line for each rule, with a second one that says
// why it matters.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-16s %-7s  %-8s  What was seen, and why it matters\n", "Rule", "Status", "Required")
	for _, f := range r.Rules {
		required := "-"
		if f.Required {
			required = "yes"
		}
		fmt.Fprintf(&b, "%-16s %-7s  %-8s  %s\n%36s%s\n", f.Rule, f.Status, required, f.Saw, "", f.Why)
	}
	fmt.Fprintf(&b, "\nTook %v of at most %v.\n", r.Spent, r.Most)
	_, err := io.WriteString(w, b.String())
	return err
}

// cut shortens text.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	most -= len("...")
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "..."
}
