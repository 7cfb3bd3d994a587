package report

import (
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"reflect"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/slt"
)

// WritePhasesCSV writes a line for each phase of reports of agents, or for each level of reports
// of a System Load Test; both together are an error. The first column is the name of the report.
// Then come the plain fields of agentperf.PhaseResult with those of its Figures, and verdicts,
// such as "20@10s: pass"; or those of slt.Level with its Figures, and the run. All have their
// names in JSON. What is not known is empty. Text that a spreadsheet would take for a formula
// begins with an apostrophe.
func WritePhasesCSV(w io.Writer, reports ...*Report) error {
	out := csv.NewWriter(w)
	write := phases
	t, last := reflect.TypeFor[agentperf.PhaseResult](), "verdicts"
	if len(reports) > 0 && reports[0].SLT != nil {
		t, last, write = reflect.TypeFor[slt.Level](), "run", levels
	}
	out.Write(append(append([]string{"report"}, columns(t, "", "figures")...), last)) // Flush has the error
	for _, r := range reports {
		if (r.SLT != nil) != (reports[0].SLT != nil) {
			return errors.New("report: phases of agents and levels of a System Load Test have other columns: write them apart")
		}
		for values, last := range write(r) {
			out.Write(append(append([]string{csvText(r.Name)}, cells(values, t)...), csvText(last)))
		}
	}
	out.Flush()
	return out.Error()
}

// phases yields the phases of a report, each with its verdicts.
func phases(r *Report) iter.Seq2[reflect.Value, string] {
	return func(yield func(reflect.Value, string) bool) {
		for i := range r.Agentperf.Phases {
			p := &r.Agentperf.Phases[i]
			var verdicts []string
			for _, v := range p.Verdicts {
				verdicts = append(verdicts, v.Tier+": "+string(v.Verdict))
			}
			if !yield(reflect.ValueOf(p).Elem(), strings.Join(verdicts, "; ")) {
				return
			}
		}
	}
}

// levels yields the levels of a report, each with its run.
func levels(r *Report) iter.Seq2[reflect.Value, string] {
	return func(yield func(reflect.Value, string) bool) {
		for i := range r.SLT.Levels {
			if !yield(reflect.ValueOf(&r.SLT.Levels[i]).Elem(), r.SLT.Run) {
				return
			}
		}
	}
}
