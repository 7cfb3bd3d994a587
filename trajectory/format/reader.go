package format

import (
	"github.com/agentperf/agentperf-go/trajectory"
)

// Rules of findings that several files report.
const (
	ruleBadRecord    = "bad-record"
	ruleUnrecognized = "unrecognized"
	rulePacked       = "compressed"
	ruleBody         = "unreadable-body"
	ruleNoCalls      = "no-model-calls"
	ruleClock        = "clock-step"
)

// A reader reads the files of one workload. It is what all formats share: the
// options, the store of messages, the problems and findings so far.
type reader struct {
	Options
	store   trajectory.Store
	maxLine int
	problems
	findings []trajectory.Finding
	packed   []*packedError // files of the folder that are not read
	// file and line are the record that is being read.
	file string
	line int
	// mends are the findings about what was mended, by file and rule.
	mends map[conflictKey]bool
	// conflicts are the numbers that cannot both be right, in order.
	conflicts     map[conflictKey]*conflict
	conflictOrder []*conflict
	parsers       map[Format]parser
	order         []parser // in the order of first use
	// name and source are those that the manifest gives the workload.
	name, source string
}

func newReader() *reader { return &reader{maxLine: maxLine, parsers: make(map[Format]parser)} }

// A parser reads the files of one format. A session may be spread over several
// files, so trajectories is called after all of them have been read.
type parser interface {
	read(name string, f *file)
	trajectories() []*trajectory.Trajectory
}

// note adds a finding to the workload, up to maxFindings.
func (rd *reader) note(f trajectory.Finding) {
	if len(rd.findings) < maxFindings {
		rd.findings = append(rd.findings, f)
	}
}

// atRecord returns a function that reports problems with a record that will be
// left out: as errors, or as findings if Options.SkipBad is set.
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
