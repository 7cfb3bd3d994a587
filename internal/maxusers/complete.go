package maxusers

import (
	"errors"
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// complete makes the configuration from what the flags say, once workload and endpoint are
// known. With an error it returns the exit status.
func (o *options) complete(getenv func(string) string) (status int, err error) {
	if o.cfg.Endpoint, err = o.Endpoint.Config(getenv); err != nil {
		return cli.Usage, err
	}
	if err := errors.Join(cli.CheckWritable("json", o.jsonFile), cli.CheckWritable("html", o.htmlFile), cli.CheckWritable("requests", o.requests)); err != nil {
		return cli.Usage, err
	}
	if o.cfg.Observers, o.cfg.Series, err = o.telemetry.Observers(getenv); err != nil {
		return cli.Usage, err
	}
	o.cfg.Exclusive = o.telemetry.Exclusive
	if len(o.agents) > 0 {
		most := slices.Max(o.agents)
		o.cfg.Start, o.cfg.MaxAgents = most, most
	}
	if o.assignments != "" {
		if o.cfg.Assigned, err = readAssignments(o.assignments); err != nil {
			return cli.Failed, fmt.Errorf("-assignments: %w", err)
		}
		if len(o.agents) == 0 { // as many as it covers
			o.cfg.MaxAgents = min(o.cfg.MaxAgents, len(o.cfg.Assigned))
		}
	}
	return cli.Usage, o.cfg.Validate()
}

// apart returns an error if a file to be written is one that is read.
func (o *options) apart() error {
	inputs := append(o.Inputs(), cli.Place{By: "-journal", Name: o.cfg.Journal}, cli.Place{By: "-assignments", Name: o.assignments}, o.identity.File())
	for _, folder := range o.cfg.Earlier {
		inputs = append(inputs, cli.Place{By: "-evidence", Name: folder})
	}
	inputs = append(append(inputs, o.telemetry.Inputs()...), o.added...)
	return cli.Apart([]cli.Place{{By: "-json", Name: o.jsonFile}, {By: "-html", Name: o.htmlFile}, {By: "-requests", Name: o.requests}, o.telemetry.Output()}, inputs)
}
