package cli

import (
	"fmt"
	"io"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/pricing/catalog"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/report/page"
	"github.com/agentperf/agentperf-go/slt"
)

// writePage draws a result as a page of charts.
func writePage(r Result) error {
	var one report.Report
	switch of := r.Report.(type) {
	case *agentperf.Report:
		one.Agentperf = of
	case *slt.Report:
		one.SLT = of
	default:
		return fmt.Errorf("%T is not drawn", of)
	}
	var o page.Options
	if !r.Simulated {
		o.Prices = catalog.BuiltinPrices()
	} else {
		one.Name, o.Note = "simulated system", "A simulation of an inference system that does not exist."
	}
	return WriteFile(r.HTML, func(w io.Writer) error { return page.Write(w, []*report.Report{&one}, o) })
}
