package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/examples/internal/cli"
	"github.com/agentperf/agentperf-go/internal/jsonerror"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/slt"
)

// report is a report of maxusers or slt and the system it is divided by.
type report struct {
	name     string
	agents   *agentperf.Report // or
	load     *slt.Report
	system   pricing.System
	prices   []price // one, or one for each commitment that was asked for
	warnings []string
}

// read reads a report of either kind.
func read(name string) (*report, error) {
	text, err := cli.ReadInput(name, cli.MaxReport)
	if err != nil {
		return nil, err
	}
	var kind struct {
		Schema string          `json:"schema"`
		System *pricing.System `json:"system"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return nil, fmt.Errorf("%s: not a report: %s", name, jsonerror.Words(err))
	}
	r := &report{name: name}
	if kind.System != nil {
		r.system = *kind.System
	}
	complete := false
	switch kind.Schema {
	case agentperf.Schema:
		r.agents = new(agentperf.Report)
		err, complete = json.Unmarshal(text, r.agents), r.agents.Complete
	case slt.Schema:
		r.load = new(slt.Report)
		err, complete = json.Unmarshal(text, r.load), r.load.Complete
	default:
		return nil, fmt.Errorf("%s: %w", name, cli.CheckSchema(kind.Schema, agentperf.Schema, slt.Schema))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: not a report: %s", name, jsonerror.Words(err))
	}
	if !complete {
		r.warnings = append(r.warnings, "the run did not come to its end")
	}
	return r, nil
}

// readAll reads the reports that the command line names and completes their systems from
// flags and the catalog.
func readAll(o *options) ([]*report, error) {
	var all []*report
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
	if len(o.speeds) > 0 && !slices.ContainsFunc(all, func(r *report) bool { return r.load != nil }) {
		return nil, errors.New("-at-speed says nothing of reports of maxusers; none of the files is of slt")
	}
	systems, err := o.system.Over(stated...)
	if err != nil {
		return nil, err
	}
	for i, r := range all {
		r.system = systems[i]
		if err := errors.Join(r.quote(o), r.ask(o.speeds)); err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return all, nil
}
