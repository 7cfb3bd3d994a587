package format

import "github.com/agentperf/agentperf-go/trajectory"

const (
	ruleBadRecord    = "bad-record"
	ruleUnrecognized = "unrecognised"
	ruleNoCalls      = "no-model-calls"
)

const ruleClock = "clock-step"

// A reader reads the files of one workload.
type reader struct {
	Options
	store   trajectory.Store
	maxLine int
	problems
	findings []trajectory.Finding
	parsers  map[Format]parser
	order    []parser // as they were first needed
	// name and source are what a manifest says of the workload.
	name, source string
}

func newReader() *reader { return &reader{maxLine: maxLine, parsers: make(map[Format]parser)} }

// A parser reads files of one format. What belongs together may be spread over
// several: trajectories is called when all have been read.
type parser interface {
	read(name string, f *file)
	trajectories() []*trajectory.Trajectory
}

// find notes something to know about the workload.
func (rd *reader) note(f trajectory.Finding) {
	if len(rd.findings) < maxFindings {
		rd.findings = append(rd.findings, f)
	}
}

// record returns a function that reports problems with one record, which is left
// out for it: as errors, or as findings where bad records are to be skipped.
func (rd *reader) atRecord(file string, line int) func(field string, err error) {
	if !rd.SkipBad {
		return rd.at(file, line)
	}
	return func(field string, err error) {
		rd.note(trajectory.Finding{
			File: file, Line: line, Turn: -1, Severity: trajectory.SeverityError, Rule: ruleBadRecord,
			Text: (&SyntaxError{Field: field, Err: err}).text() + "; left out",
		})
	}
}
