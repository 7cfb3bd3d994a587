package format

import (
	"errors"
	"fmt"
	"strconv"
)

// A SyntaxError reports a mistake in one record of a file.
type SyntaxError struct {
	// File is the slash-separated path of the file inside the opened folder.
	File string
	// Line is the line number, from 1. It is 0 if the mistake concerns the whole
	// file, or if Field tells the place, as in a manifest.
	Line int
	// Field is the path of the field, such as "conversation_idx" or
	// "tasks[2].trace", empty if the mistake concerns the whole record.
	Field string
	// Err describes the mistake. It wraps [fs.ErrNotExist] if a manifest names
	// traces that are missing.
	Err error
}

// Error returns file, line, field and description, such as
//
//	traces/a.jsonl:17: conversation_idx: 5, expected 4
func (e *SyntaxError) Error() string {
	s := e.File
	if e.Line > 0 {
		s += ":" + strconv.Itoa(e.Line)
	}
	return s + ": " + e.text()
}

// text returns the error without file and line.
func (e *SyntaxError) text() string {
	if e.Field != "" {
		return e.Field + ": " + e.Err.Error()
	}
	return e.Err.Error()
}

// Unwrap returns e.Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

// problems collects the errors of a workload, up to maxProblems. The zero value
// is ready to use.
type problems struct {
	errs []error
}

func (p *problems) add(err error) {
	if !p.full() {
		p.errs = append(p.errs, err)
	}
}

// full reports whether there are too many problems to go on.
func (p *problems) full() bool { return len(p.errs) >= maxProblems }

func (p *problems) err() error {
	if p.full() {
		return errors.Join(append(p.errs[:maxProblems:maxProblems],
			fmt.Errorf("reading stopped after %d problems", maxProblems))...)
	}
	return errors.Join(p.errs...)
}

// at returns a function that reports problems with one record.
func (p *problems) at(file string, line int) func(field string, err error) {
	return func(field string, err error) {
		p.add(&SyntaxError{File: file, Line: line, Field: field, Err: err})
	}
}
