package format

import "github.com/agentperf/agentperf-go/trajectory"

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

// A parser reads files of one format. What belongs together may be spread over
// several: trajectories is called when all have been read.
type parser interface {
	read(name string, f *file)
	trajectories() []*trajectory.Trajectory
}

// find notes something to know about the workload.
func (rd *reader) find(f trajectory.Finding) {
	if len(rd.findings) < maxFindings {
		rd.findings = append(rd.findings, f)
	}
}

// record returns a function that reports problems with one record, which is left
// out for it: as errors, or as findings where bad records are to be skipped.
func (rd *reader) record(file string, line int) func(field string, err error) {
	if !rd.SkipBad {
		return rd.at(file, line)
	}
	return func(field string, err error) {
		rd.find(trajectory.Finding{
			File: file, Line: line, Turn: -1, Severity: trajectory.SeverityError, Rule: ruleBadRecord,
			Text: (&SyntaxError{Field: field, Err: err}).text() + "; left out",
		})
	}
}

func newReader() *reader { return &reader{maxLine: maxLine, parsers: make(map[Format]parser)} }

const (
	// maxFindings bounds what is noted: a file of a million bad lines is known to
	// be bad after some.
	maxFindings = 10_000

	ruleBadRecord    = "bad-record"
	ruleUnrecognised = "unrecognised"
	ruleNoCalls      = "no-model-calls"
)

// maxDocument bounds a file that is read as a whole, in bytes.
const maxDocument = 256 << 20

// maxLine bounds one row, in bytes. The largest context windows are a few
// megabytes of text; images inside messages make the rest.
const maxLine = 64 << 20
