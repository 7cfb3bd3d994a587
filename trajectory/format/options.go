package format

import (
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/internal/secrets"
)

// Options say how to read. The zero value recognises formats and takes no bad
// record.
type Options struct {
	// Format is the format of all files; empty recognises each by content.
	Format Format
	// SkipBad leaves bad records out. Each becomes one of the workload's
	// Findings, of severity error, instead of a part of the returned error. In a
	// folder, so does a file that cannot be read at all; what concerns the one
	// file that was named as a whole, and the folder's manifest, stays an error.
	SkipBad bool
	// Redact, when set, is called with the JSON of each message and each tool
	// list before it is kept, and returns what to keep: JSON again. See
	// [RedactSecrets].
	Redact func(json []byte) []byte
}

// Validate reports what is wrong with the options.
func (o Options) Validate() error {
	if o.Format != "" && !slices.Contains(Formats(), o.Format) {
		return fmt.Errorf("format: Format is %q, expected one of %q", o.Format, Formats())
	}
	return nil
}

// RedactSecrets returns a function for [Options.Redact] that puts a word in place
// of what looks like a key or a token, by the forms that providers give theirs.
// Passwords and other secrets without such a form stay.
func RedactSecrets() func(json []byte) []byte { return secrets.New().Redact }
