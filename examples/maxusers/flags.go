package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/examples/internal/cli"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/format"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// options are the command line.
type options struct {
	endpoint           cli.Endpoint
	system             cli.System
	workload, format   string
	skipBad, redact    bool
	agents             int
	jsonFile, requests string
	cfg                agentperf.Config
}

// parse reads the command line. The error has been shown to the user.
func parse(program cli.Program, args []string) (*options, error) {
	o := &options{}
	var (
		rules, sloSet string
		verdict       string
		tiers         []agentperf.Tier
		custom        agentperf.Rules
		output, delay string
		prefix        string
	)
	flags := program.Flags()
	o.endpoint.Register(flags.FlagSet)
	flags.StringVar(&o.workload, "workload", "", "recorded sessions to replay: a `file` or folder, or "+presetPrefix+"NAME for generated ones ("+cli.Names(trajectory.Presets())+"); none means those of demo, without tool delays where there is an -endpoint")
	flags.StringVar(&o.format, "format", "", "the `format` of -workload, one of "+cli.Names(format.Formats())+" (default: recognised by content)")
	flags.BoolVar(&o.redact, "redact", false, "put a word in place of what looks like a key or a token in -workload")
	flags.BoolVar(&o.skipBad, "skip-bad", false, "leave bad records of -workload out instead of giving up")
	flags.Func("slo", "service level as `SPEED@TTFT`, such as 100@5s: P25 output speed in tokens/s and P95 TTFT; or e2e:50, P25 of all tokens over the whole request (repeatable)", func(s string) error {
		t, err := agentperf.ParseTier(s)
		tiers = append(tiers, t)
		return err
	})
	flags.StringVar(&sloSet, "slo-set", "", "published service levels of a `model`: "+setNames()+" (default gpt-oss-120b)")
	flags.StringVar(&verdict, "verdict", "", "`controlled`: phases as long as it takes for answers with -error-rate; or point: by the percentiles observed (default point with -rules or -measure, else controlled)")
	flags.Float64Var(&o.cfg.ErrorRate, "error-rate", 0, "greatest `probability` of a wrong answer for a service level (default 0.01)")
	flags.DurationVar(&custom.MaxMeasure, "max-measure", 0, "longest time to measure one number of agents under -verdict controlled (default 1h)")
	flags.DurationVar(&custom.Block, "block", 0, "stretch of time longer than what happens in the system lasts, for -verdict controlled (default 10s)")
	flags.StringVar(&o.cfg.Journal, "journal", "", "keep all that is learnt in the `folder`, and go on from what is in it")
	flags.Func("evidence", "count the phases of an earlier report `file` of the same configuration (repeatable)", func(name string) error {
		r := new(agentperf.Report)
		o.cfg.Earlier = append(o.cfg.Earlier, r)
		return cli.ReadReport(name, agentperf.Schema, r)
	})
	flags.StringVar(&rules, "rules", "", "`published` or quick: the shape of each phase, for -verdict point")
	flags.DurationVar(&custom.Measure, "measure", 0, "least length of the measured window, for -verdict point")
	flags.DurationVar(&custom.Settle, "settle", 0, "time between the last agent's start and the window")
	flags.Float64Var(&custom.SpawnRate, "spawn-rate", 0, "agents started per second; 0 starts all at once")
	flags.IntVar(&custom.MinTrajectories, "min-trajectories", 0, "trajectories to complete in the window")
	flags.IntVar(&custom.MinPerAgent, "min-per-agent", 0, "trajectories for each agent to complete in the window")
	flags.DurationVar(&o.cfg.ClientLag, "client-lag", 0, "how late this client may send and notice what arrives (P99) before a phase is invalid; negative means any (default 50ms)")
	flags.IntVar(&o.cfg.Start, "start", 1, "`agents` to begin with")
	flags.IntVar(&o.cfg.MaxAgents, "max-agents", 4096, "most `agents` to try")
	flags.IntVar(&o.agents, "agents", 0, "check this number of `agents` instead of searching; exit status 3 when a service level fails")
	flags.IntVar(&o.cfg.ContextTokens, "context", 0, "context window in `tokens`; what does not fit is left out (default: what the endpoint states)")
	flags.StringVar(&delay, "tool-delay", "recorded", "time between turns: none, `recorded` or sampled")
	flags.DurationVar(&o.cfg.Policy.ToolDelayMax, "tool-delay-max", 0, "longest tool delay to replay; 0 is no bound")
	flags.DurationVar(&o.cfg.Policy.HumanWaits, "human-waits", 0, "longest wait for a person to replay, of those recorded; 0 leaves them out")
	flags.StringVar(&prefix, "cache-prefix", "after-system", "where the text goes that keeps the caches of plays apart: `after-system`, front or none")
	flags.StringVar(&output, "output", "", "length of answers: `exact`, cap or free (default exact where lengths were recorded)")
	flags.IntVar(&o.cfg.Policy.MaxTokens, "max-tokens", trajectory.DefaultMaxTokens, "most tokens of an answer under -output cap and free")
	flags.Uint64Var(&o.cfg.Seed, "seed", 0, "seed of everything random (default: drawn and reported)")
	o.system.Register(flags.FlagSet)
	flags.StringVar(&o.jsonFile, "json", "", "write the report to `file` as JSON")
	flags.StringVar(&o.requests, "requests", "", "write every request to `file` as JSON Lines; all of a run with -journal are in its folder")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}

	given := flags.Given()
	errs := []error{flags.NoArgs()}
	if given["agents"] && o.agents < 1 {
		errs = append(errs, fmt.Errorf("-agents is %d, expected 1 or more", o.agents))
	}
	if o.cfg.Start < 1 || o.cfg.MaxAgents < 1 {
		errs = append(errs, fmt.Errorf("-start is %d and -max-agents %d, expected 1 or more", o.cfg.Start, o.cfg.MaxAgents))
	}
	if o.cfg.ContextTokens < 0 {
		errs = append(errs, fmt.Errorf("-context is %d, expected 0 or more", o.cfg.ContextTokens))
	}
	if given["error-rate"] && o.cfg.ErrorRate <= 0 {
		errs = append(errs, fmt.Errorf("-error-rate is %v, expected more than 0 and less than 0.5", o.cfg.ErrorRate))
	}
	if given["block"] && custom.Block <= 0 || given["max-measure"] && custom.MaxMeasure <= 0 {
		errs = append(errs, fmt.Errorf("-block is %v and -max-measure %v, expected more than 0", custom.Block, custom.MaxMeasure))
	}
	if given["max-tokens"] && o.cfg.Policy.MaxTokens < 1 {
		errs = append(errs, fmt.Errorf("-max-tokens is %d, expected 1 or more", o.cfg.Policy.MaxTokens))
	}
	var err error
	o.cfg.Verdict = agentperf.VerdictRule(verdict)
	if verdict == "" {
		o.cfg.Verdict = agentperf.ControlledRule
		if rules != "" || given["measure"] {
			o.cfg.Verdict = agentperf.PointRule
		}
	}
	errs = append(errs, conflicts(given, o.cfg.Verdict)...)
	if o.cfg.Rules, err = shape(rules, custom, o.cfg.Verdict, given); err != nil {
		errs = append(errs, err)
	}
	if o.cfg.System, err = o.system.System(); err != nil {
		errs = append(errs, err)
	}
	if sloSet != "" {
		set, err := agentperf.LookupTiers(sloSet)
		errs = append(errs, err)
		tiers = append(tiers, set.Tiers...)
	}
	o.cfg.Tiers = tiers
	o.cfg.Policy.Output, o.cfg.Policy.ToolDelay = trajectory.Output(output), trajectory.ToolDelay(delay)
	o.cfg.Policy.Prefix = trajectory.PrefixPosition(prefix)
	o.cfg.Policy.Model, o.cfg.Policy.Fields = o.endpoint.Model, o.endpoint.Fields()
	errs = append(errs, o.cfg.Policy.Validate(), (format.Options{Format: format.Format(o.format)}).Validate())
	if o.workload == "" && given["endpoint"] && !given["tool-delay"] {
		o.cfg.Policy.ToolDelay = trajectory.ToolDelayNone // a first look should not wait for tools
	}
	return o, flags.Check(errs...)
}

// conflicts says which flags do not go together.
func conflicts(given map[string]bool, verdict agentperf.VerdictRule) (errs []error) {
	of := map[agentperf.VerdictRule][]string{
		agentperf.ControlledRule: {"error-rate", "max-measure", "block"},
		agentperf.PointRule:      {"rules", "measure", "min-trajectories", "min-per-agent"},
	}
	for _, rule := range []agentperf.VerdictRule{agentperf.ControlledRule, agentperf.PointRule} {
		for _, name := range of[rule] {
			if given[name] && verdict != rule {
				errs = append(errs, fmt.Errorf("-%s is for -verdict %s, and this is %s", name, rule, verdict))
			}
		}
	}
	if !given["endpoint"] && (given["journal"] || given["evidence"]) {
		errs = append(errs, errors.New("-journal and -evidence need an -endpoint: a simulation is another system each time"))
	}
	return errs
}

// shape returns the rules that are named, with what is given on top.
func shape(name string, custom agentperf.Rules, verdict agentperf.VerdictRule, given map[string]bool) (agentperf.Rules, error) {
	var r agentperf.Rules
	switch {
	case name == "published":
		r = agentperf.Published()
	case name == "quick" || name == "" && given["endpoint"] && verdict != agentperf.ControlledRule:
		r = agentperf.Quick()
	case name == "" && given["endpoint"]:
		r = agentperf.Controlled()
	case name == "":
		r = demoRules
	default:
		return r, fmt.Errorf("-rules is %q, expected published or quick", name)
	}
	base := r
	if given["measure"] {
		r.Measure = custom.Measure
	}
	if given["max-measure"] {
		r.MaxMeasure = custom.MaxMeasure
	}
	if given["block"] {
		r.Block = custom.Block
	}
	if given["settle"] {
		r.Settle = custom.Settle
	}
	if given["spawn-rate"] {
		r.SpawnRate = custom.SpawnRate
	}
	if given["min-trajectories"] {
		r.MinTrajectories = custom.MinTrajectories
	}
	if given["min-per-agent"] {
		r.MinPerAgent = custom.MinPerAgent
	}
	if r != base {
		r.Name += ", changed"
	}
	return r, r.Validate()
}

func setNames() string {
	var names []string
	for _, s := range agentperf.TierSets() {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}
