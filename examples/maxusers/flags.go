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
	flags.StringVar(&o.workload, "workload", "", "recorded sessions to replay: a `file` or folder, or "+presetPrefix+"NAME for generated ones ("+strings.Join(generate.Presets(), ", ")+"); default "+presetPrefix+"demo, with an -endpoint without tool delays")
	flags.StringVar(&o.format, "format", "", "the `format` of -workload, one of "+cli.Names(format.Formats())+" (default: recognized by its content)")
	flags.BoolVar(&o.redact, "redact", false, "redact what looks like a key or a token in -workload")
	flags.BoolVar(&o.skipBad, "skip-bad", false, "skip bad records of -workload instead of giving up")
	flags.Func("slo", "service level as `SPEED@TTFT`, such as 100@5s: P25 output speed in tokens/s and P95 TTFT; or e2e:50, P25 of all tokens over the whole request (repeatable)", func(s string) error {
		t, err := agentperf.ParseTier(s)
		tiers = append(tiers, t)
		return err
	})
	flags.StringVar(&sloSet, "slo-set", "", "published service levels of a `model`: "+setNames()+" (default gpt-oss-120b)")
	flags.StringVar(&verdict, "verdict", "", "`controlled`, with phases as long as -error-rate needs, or point, by the observed percentiles (default point with -rules or -measure, else controlled)")
	flags.Float64Var(&o.cfg.ErrorRate, "error-rate", 0, "largest `probability` of a wrong answer for a service level (default 0.01)")
	flags.DurationVar(&custom.MaxMeasure, "max-measure", 0, "longest time to measure one number of agents under -verdict controlled (default 1h)")
	flags.DurationVar(&custom.Block, "block", 0, "length of the time blocks treated as independent, for -verdict controlled; longer than anything in the system lasts (default 10s)")
	flags.StringVar(&o.cfg.Journal, "journal", "", "keep every phase in the `folder`, and continue from what is in it")
	flags.Func("evidence", "count the phases of an earlier report `file` of the same configuration as evidence (repeatable)", func(name string) error {
		r := new(agentperf.Report)
		o.cfg.Earlier = append(o.cfg.Earlier, r)
		return cli.ReadReport(name, agentperf.Schema, r)
	})
	flags.StringVar(&rules, "rules", "", "shape of each phase for -verdict point: `published` or quick")
	flags.DurationVar(&custom.Measure, "measure", 0, "minimum length of the measured window, for -verdict point")
	flags.DurationVar(&custom.Settle, "settle", 0, "time between the last agent's start and the window")
	flags.Float64Var(&custom.SpawnRate, "spawn-rate", 0, "agents started per second; 0 starts all at once")
	flags.IntVar(&custom.MinTrajectories, "min-trajectories", 0, "trajectories that must complete in the window")
	flags.IntVar(&custom.MinPerAgent, "min-per-agent", 0, "trajectories that each agent must complete in the window")
	flags.DurationVar(&o.cfg.ClientLag, "client-lag", 0, "how late (P99) this client may send and notice what arrives before a phase is invalid; negative means no limit (default 50ms)")
	flags.IntVar(&o.cfg.Start, "start", 1, "number of `agents` to start with")
	flags.IntVar(&o.cfg.MaxAgents, "max-agents", 4096, "largest number of `agents` to try")
	flags.IntVar(&o.agents, "agents", 0, "check this number of `agents` instead of searching; exit status 3 when a service level fails")
	flags.IntVar(&o.cfg.ContextTokens, "context", 0, "context window in `tokens`; trajectories that do not fit are left out (default: what the endpoint states)")
	flags.StringVar(&delay, "tool-delay", "recorded", "time between turns: none, `recorded` or sampled")
	flags.DurationVar(&o.cfg.Policy.ToolDelayMax, "tool-delay-max", 0, "longest tool delay to replay; 0 means no limit")
	flags.DurationVar(&o.cfg.Policy.HumanWaits, "human-waits", 0, "longest recorded wait for a person to replay; 0 leaves these waits out")
	flags.StringVar(&prefix, "cache-prefix", "after-system", "where the text goes that keeps plays from sharing caches: `after-system`, front or none")
	flags.StringVar(&output, "output", "", "length of answers: `exact`, cap or free (default exact where lengths were recorded)")
	flags.IntVar(&o.cfg.Policy.MaxTokens, "max-tokens", trajectory.DefaultMaxTokens, "largest number of tokens of an answer under -output cap and free")
	flags.Uint64Var(&o.cfg.Seed, "seed", 0, "random seed (default: drawn and reported)")
	o.system.Register(flags.FlagSet)
	flags.StringVar(&o.jsonFile, "json", "", "write the report to `file` as JSON")
	flags.StringVar(&o.requests, "requests", "", "write each request to `file` as JSON Lines; with -journal they are also in its folder")
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

// conflicts returns the flags that exclude each other.
func conflicts(given map[string]bool, verdict agentperf.VerdictRule) (errs []error) {
	of := map[agentperf.VerdictRule][]string{
		agentperf.ControlledRule: {"error-rate", "max-measure", "block"},
		agentperf.PointRule:      {"rules", "measure", "min-trajectories", "min-per-agent"},
	}
	for _, rule := range []agentperf.VerdictRule{agentperf.ControlledRule, agentperf.PointRule} {
		for _, name := range of[rule] {
			if given[name] && verdict != rule {
				errs = append(errs, fmt.Errorf("-%s is for -verdict %s, not %s", name, rule, verdict))
			}
		}
	}
	if !given["endpoint"] && (given["journal"] || given["evidence"]) {
		errs = append(errs, errors.New("-journal and -evidence need an -endpoint: a simulation is a different system each time"))
	}
	return errs
}

// shape returns the named rules with the fields that flags set replaced.
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
