package cli

import (
	"context"
	"fmt"
	"io"
)

// A Result is what a program has to show.
type Result struct {
	// Program is its name, for messages.
	Program string
	// Report goes to the file JSON, if there is one, and its table to standard
	// output if there is Any of it.
	Report interface{ WriteTable(io.Writer) error }
	JSON   string
	Any    bool
	// Err is why the run ended early; nil when it did not.
	Err error
}

// Conclude writes and shows what is known and returns the exit status: 0, or 1
// when something went wrong, which it says on standard error.
func (r Result) Conclude(ctx context.Context, stdout, stderr io.Writer) (status int) {
	if r.JSON != "" { // first: nobody may be reading the table any more
		if err := WriteJSON(r.JSON, r.Report); err != nil {
			fmt.Fprintf(stderr, "%s: -json: %v\n", r.Program, err)
			status = 1
		}
	}
	if r.Any {
		if err := r.Report.WriteTable(stdout); err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", r.Program, err)
			status = 1
		}
	}
	switch {
	case r.Err != nil && ctx.Err() != nil:
		fmt.Fprintf(stderr, "%s: interrupted; this is what was known\n", r.Program)
		return 1
	case r.Err != nil:
		fmt.Fprintf(stderr, "%s: %v\n", r.Program, r.Err)
		return 1
	}
	return status
}
