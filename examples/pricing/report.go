package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
)

// quoted is a report and the system it is divided by.
type quoted struct {
	*report.Report
	system   pricing.System
	prices   []price // one, or one for each commitment that was asked for
	warnings []string
}

// read reads a report of either kind.
func read(name string) (*quoted, error) {
	r, err := report.ReadFile(name)
	if err != nil {
		return nil, err
	}
	q := &quoted{Report: r}
	if s := r.System(); s != nil {
		q.system = *s
	}
	if !r.Complete() {
		q.warnings = append(q.warnings, "the run did not come to its end")
	}
	return q, nil
}

// readAll reads the reports that the command line names and completes their systems from
// flags and the catalog.
func readAll(o *options) ([]*quoted, error) {
	var all []*quoted
	var stated []pricing.System
	for _, name := range o.files {
		r, err := read(name)
		if err != nil {
			return nil, err
		}
		if err := r.system.Validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all, stated = append(all, r), append(stated, r.system)
	}
	if len(o.speeds) > 0 && !slices.ContainsFunc(all, func(r *quoted) bool { return r.SLT != nil }) {
		return nil, errors.New("-at-speed says nothing of reports of maxusers; none of the files is of slt")
	}
	systems, err := o.system.Over(stated...)
	if err != nil {
		return nil, err
	}
	for i, r := range all {
		r.system = systems[i]
		if err := errors.Join(r.quote(o), r.ask(o.speeds)); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
	}
	return all, nil
}
