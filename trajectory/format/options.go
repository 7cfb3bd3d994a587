package format

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/agentperf/agentperf-go/internal/secrets"
)

// Options control how recordings are read. The zero value recognizes each file's
// format and treats every bad record as an error.
type Options struct {
	// Format is the format of all files. If empty, each file's format is
	// recognized by its content.
	Format Format
	// SkipBad leaves out bad records. Each becomes one of the workload's
	// Findings, with severity error, instead of part of the returned error. The
	// same goes for a file in a folder that cannot be read at all. Problems with
	// the file that was named to Open, or with the folder's manifest, remain
	// errors.
	SkipBad bool
	// Strict refuses what is otherwise mended or left out, with a finding, so that
	// the rest can be replayed: text and lists that servers refuse, calls without
	// results and results without calls, bodies that cannot be read, files in a
	// folder that are no recording. It excludes SkipBad.
	Strict bool
	// Decompress has, by suffix of the file name such as ".zst", what unpacks files
	// that are compressed in a way unknown to this package. A function is given
	// the file and returns its content, and is closed before the file is. Gzip
	// needs none; .zst, .xz, .bz2 and .lz4 also hold for files that lost their
	// suffix. What comes out is bounded like every file.
	Decompress map[string]func(io.Reader) (io.ReadCloser, error)
	// Redact, if not nil, is called with the JSON of each message and each tool
	// list before it is stored, and returns the JSON to store instead. It must
	// not keep its argument. See [RedactSecrets].
	Redact func(json []byte) []byte
}

// Validate reports an unknown Format, Strict beside SkipBad, and a suffix in Decompress that does not begin
// with a dot or has no function.
func (o Options) Validate() error {
	if o.Format != "" && !slices.Contains(Formats(), o.Format) {
		return fmt.Errorf("format: Format is %q, expected one of %q", o.Format, Formats())
	}
	if o.Strict && o.SkipBad {
		return errors.New("format: Strict and SkipBad are both set")
	}
	for suffix, open := range o.Decompress {
		if len(suffix) < 2 || suffix[0] != '.' || open == nil {
			return fmt.Errorf("format: Decompress has %q, expected a suffix like .zst with a function", suffix)
		}
	}
	return nil
}

// RedactSecrets returns a function for [Options.Redact] that replaces API keys
// and tokens, recognized by the forms that providers give them, by a placeholder.
// Escapes of JSON do not hide them. Passwords outside of URLs, and other secrets
// without such a form, are not found.
func RedactSecrets() func(json []byte) []byte { return secrets.New().Redact }
