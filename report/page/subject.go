package page

import (
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/slt"
)

// A subject is a system under test with its report.
type subject struct {
	index  int    // among all systems of the page
	model  int    // index of study.models
	color  int    // among the systems of the model; not bounded
	name   string // the whole of it, which may be long
	system string // the name of the system, which other reports of it have, too
	label  string // and that of this report
	report *agentperf.Report
	points []point
	steps  []step
}

// A sweep is a system under test with its report of the System Load Test. It has the color of
// the subject with the same label.
type sweep struct {
	index, model, color int
	name, label         string // the whole name, and what is shown of it
	report              *slt.Report
}

// class ties all that is drawn of a system together.
func (s *subject) class() string { return fmt.Sprintf("y%d", s.index) }

// short is the label where there is little room.
func (s *subject) short() string { return chart.Cut(s.label, 260, 13) }

// rule says how sure the answers of a report are.
func (s *subject) rule() string {
	if rate := s.report.Config.Rule.ErrorRate; rate > 0 && rate < 1 {
		return "wrong with a probability of at most " + chart.Share(rate)
	}
	return "percentiles as observed, no error bound"
}

// byE2E reports whether all levels are floors of E2E speed.
func (s *subject) byE2E() bool {
	for i := range s.tiers() {
		if s.report.Tiers[i].E2EFloorTokensPerSecond == 0 {
			return false
		}
	}
	return len(s.tiers()) > 0
}
