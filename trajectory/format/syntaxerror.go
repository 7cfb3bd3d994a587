package format

import (
	"errors"
	"fmt"
	"strconv"
)

// A SyntaxError says what is wrong with one record of a file.
type SyntaxError struct {
	// File is the slash-separated path inside the folder that was opened.
	File string
	// Line is the line, from 1; 0 in a manifest, where Field says the place,
	// and when the file as a whole is meant.
	Line int
	// Field names the field, such as "conversation_idx" or "tasks[2].trace";
	// empty when the record as a whole is meant.
	Field string
	// Err says what is wrong. It is [fs.ErrNotExist] to [errors.Is] when a
	// manifest names traces that are missing.
	Err error
}

// Error returns file, line, field and message, such as
//
//	traces/a.jsonl:17: conversation_idx: 5, expected 4
func (e *SyntaxError) Error() string {
	s := e.File
	if e.Line > 0 {
		s += ":" + strconv.Itoa(e.Line)
	}
	return s + ": " + e.text()
}

// text returns the message without its place.
func (e *SyntaxError) text() string {
	if e.Field != "" {
		return e.Field + ": " + e.Err.Error()
	}
	return e.Err.Error()
}

// Unwrap returns e.Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

// problems collects what is wrong with a workload. The zero value is ready.
type problems struct {
	errs []error
}

func (p *problems) add(err error) {
	if !p.full() {
		p.errs = append(p.errs, err)
	}
}

// none reports whether all is well so far.
func (p *problems) none() bool { return len(p.errs) == 0 }

// full reports whether reading on is pointless.
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
