package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// A Result is what a program has to show.
type Result struct {
	// Report goes to the file JSON, if one is named, and its table to standard
	// output if there is Any of it.
	Report interface{ WriteTable(io.Writer) error }
	JSON   string
	// HTML is the file that its page goes to; empty for none. Simulated is set if nothing real
	// was measured, which the page says.
	HTML      string
	Simulated bool
	Any       bool
	// Err is why the run ended early; nil when it did not.
	Err error
}

// Conclude writes and shows a result and returns the exit status: OK, or Failed
// when something went wrong, which it shows.
func (p Program) Conclude(ctx context.Context, r Result) (status int) {
	if r.JSON != "" { // first: nobody may be reading the table any more
		if err := WriteJSON(r.JSON, r.Report); err != nil {
			status = p.Fail(Failed, errors.New("-json: "+err.Error()))
			p.rescue(r.Report)
		}
	}
	if r.HTML != "" {
		if err := writePage(r); err != nil {
			status = p.Fail(Failed, errors.New("-html: "+err.Error()))
		}
	}
	if r.Any {
		if err := r.Report.WriteTable(p.Stdout); err != nil {
			status = p.Fail(Failed, err)
		}
	}
	switch {
	case r.Err != nil && ctx.Err() != nil:
		return p.Fail(Failed, errors.New("interrupted; this is what was known"))
	case r.Err != nil:
		return p.Fail(Failed, r.Err)
	}
	return status
}

// rescue puts a report that could not be written where it was to go, which may be the work
// of hours, into the folder for temporary files, or else on standard error.
func (p Program) rescue(report any) {
	f, err := os.CreateTemp("", p.Name+"-report-*.json")
	if err == nil {
		name := f.Name()
		if err = errors.Join(f.Close(), WriteJSON(name, report)); err == nil {
			fmt.Fprintf(p.Stderr, "%s: the report is in %s instead\n", p.Name, name)
			return
		}
		os.Remove(name)
	}
	fmt.Fprintf(p.Stderr, "%s: no room in the folder for temporary files either (%v); the report follows\n", p.Name, err)
	if err := json.NewEncoder(p.Stderr).Encode(report); err != nil {
		p.Fail(Failed, err)
	}
}
