package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/format"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// judge judges records.
func judge(ctx context.Context, program cli.Program, args []string) int {
	o, err := parseJudge(program, args)
	if err != nil {
		return program.Status(err)
	}
	cfg, jsonFile := o.cfg, o.jsonFile
	inputs := []cli.Place{{By: "-workload", Name: o.workload}}
	for _, name := range cfg.Files {
		inputs = append(inputs, cli.Place{By: "judge", Name: name})
	}
	if err := errors.Join(cli.Apart([]cli.Place{{By: "-json", Name: jsonFile}}, inputs), cli.CheckWritable("json", jsonFile)); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if o.workload != "" {
		if err := cli.Reading(ctx, func() (err error) { cfg.Workload, err = open(o.workload); return err }); err != nil {
			return program.Fail(cli.Failed, err)
		}
	}
	report, err := agentperf.Judge(ctx, cfg)
	return program.Conclude(ctx, cli.Result{Report: report, JSON: jsonFile, Any: len(report.Tiers) > 0, Err: err})
}

// options are the command line of judge.
type options struct {
	cfg                agentperf.JudgeConfig
	workload, jsonFile string
}

func parseJudge(program cli.Program, args []string) (o options, err error) {
	var (
		sloSet          string
		system          cli.System
		total, perAgent int
		errorRate       float64
	)
	cfg := &o.cfg
	flags := program.CommandFlags("judge", "FILE...")
	flags.Func("slo", "service level as `SPEED@TTFT`, such as 100@5s; or e2e:50 (repeatable; default the published levels of gpt-oss-120b)", func(s string) error {
		t, err := agentperf.ParseTier(s)
		cfg.Tiers = append(cfg.Tiers, t)
		return err
	})
	flags.StringVar(&sloSet, "slo-set", "", "published service levels of a `model`")
	flags.IntVar(&cfg.Agents, "agents", 0, "number of `agents` of records that do not state one")
	flags.Float64Var(&errorRate, "error-rate", 0, "judge the journal of a run by the controlled rule, wrong with at most this `probability`; needs -workload")
	flags.StringVar(&o.workload, "workload", "", "what that run replayed: a `file` or folder, or "+presetPrefix+"NAME")
	flags.IntVar(&total, "min-trajectories", 30, "trajectories that should be completed in a window; fewer are a warning")
	flags.IntVar(&perAgent, "min-per-agent", 3, "trajectories that each agent should complete; fewer are a warning")
	flags.StringVar(&o.jsonFile, "json", "", "write the report to `file` as JSON")
	system.Register(flags.FlagSet)
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var errs []error
	if cfg.Files = flags.Args(); len(cfg.Files) == 0 {
		errs = append(errs, errors.New("FILE is missing: the records to judge"))
	}
	if flags.Given()["agents"] && cfg.Agents < 1 {
		errs = append(errs, fmt.Errorf("-agents is %d, expected 1 or more", cfg.Agents))
	}
	if total < 0 || perAgent < 0 {
		errs = append(errs, fmt.Errorf("-min-trajectories is %d and -min-per-agent %d, expected 0 or more", total, perAgent))
	}
	given := flags.Given()
	cfg.Rule = agentperf.Point{MinTrajectories: orNone(total), MinPerAgent: orNone(perAgent)}
	if given["error-rate"] {
		cfg.Rule = agentperf.Controlled{ErrorRate: errorRate}
	}
	switch {
	case given["error-rate"] != (o.workload != ""):
		errs = append(errs, errors.New("-error-rate and -workload go together: the controlled rule compares phases with the steady state of what was replayed"))
	case given["error-rate"] && !(errorRate > 0 && errorRate < 0.5):
		errs = append(errs, fmt.Errorf("-error-rate is %v, expected more than 0 and less than 0.5", errorRate))
	case given["error-rate"] && (given["min-trajectories"] || given["min-per-agent"] || given["agents"]):
		errs = append(errs, errors.New("-min-trajectories, -min-per-agent and -agents are for records that are judged by the point rule, not for -error-rate"))
	}
	if sloSet != "" {
		set, err := agentperf.LookupTiers(sloSet)
		errs = append(errs, err)
		cfg.Tiers = append(cfg.Tiers, set.Tiers...)
	}
	var wrong error
	cfg.System, wrong = system.System()
	return o, flags.Check(append(errs, wrong)...)
}

// presetPrefix marks a workload that is generated.
const presetPrefix = "preset:"

// open reads or generates a workload.
func open(name string) (*trajectory.Workload, error) {
	preset, ok := strings.CutPrefix(name, presetPrefix)
	if !ok {
		return format.Open(name)
	}
	sessions := generate.Preset(preset)
	if err := sessions.Validate(); err != nil {
		return nil, err
	}
	return sessions.Workload(), nil
}

// orNone returns the value of a flag as a rule says it: 0 is none, not the default.
func orNone(v int) int {
	if v == 0 {
		return -1
	}
	return v
}
