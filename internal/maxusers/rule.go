package maxusers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
)

// ruleFlags are the flags that say how long to measure and when a service level holds.
type ruleFlags struct {
	verdict, rules, profile      string
	errorRate, spawnRate         float64
	block, maxMeasure, budget    time.Duration
	scan, companion              bool
	settle, measure, timeout     time.Duration
	minTrajectories, minPerAgent int
}

func (r *ruleFlags) register(flags *cli.Flags) {
	flags.StringVar(&r.verdict, "verdict", "", "`controlled`, with phases as long as -error-rate needs, or point, by the observed percentiles (default point with -profile, -rules or -measure, else controlled)")
	flags.Float64Var(&r.errorRate, "error-rate", 0, "largest `probability` of a wrong answer for a service level (default 0.01)")
	flags.DurationVar(&r.budget, "budget", 0, "longest time for all phases together under -verdict controlled; what is certain by then is the answer (default 6h, or twice -max-measure)")
	flags.DurationVar(&r.maxMeasure, "max-measure", 0, "longest time to measure one number of agents under -verdict controlled (default 1h, or longer if a pass needs that at -block)")
	flags.DurationVar(&r.block, "block", 0, "longest spell of late first tokens that an answer under -verdict controlled allows for; a pass takes some hundred times as long (default half the time from one request of an agent to its next, 0.25s to 10s)")
	flags.BoolVar(&r.scan, "scan", false, "under -verdict controlled, try numbers between those tried, until neighbors differ by a tenth: for systems at which fewer agents may be too many while more are not")
	flags.BoolVar(&r.companion, "companion", false, "with -agents, measure a second number in turn, a fifth larger: verdicts near a limit are then wrong less often")
	flags.StringVar(&r.profile, "profile", "", "measure as a published `method` has it, load, rule and service levels: "+profileNames()+"; what other flags change is listed in the report")
	flags.StringVar(&r.rules, "rules", "", "shape of each phase for -verdict point: quick, or `published`, another name of -profile "+published)
	flags.DurationVar(&r.measure, "measure", 0, "minimum length of the measured window, for -verdict point")
	flags.DurationVar(&r.settle, "settle", 0, "time between the last agent's start and the window, at least (default with -verdict controlled two times from one request to the next, 2s to 30s; 30s with -profile "+published+")")
	flags.DurationVar(&r.timeout, "phase-timeout", 0, "longest time from the first agent's start to the end of the window, for -verdict point: then the phase is judged with its minima unmet (default an hour after settling with -profile)")
	flags.Float64Var(&r.spawnRate, "spawn-rate", 0, "agents started per second; 0 starts all at once")
	flags.IntVar(&r.minTrajectories, "min-trajectories", 0, "trajectories that must complete in the window")
	flags.IntVar(&r.minPerAgent, "min-per-agent", 0, "trajectories that each agent must complete in the window")
}

// published is the profile that -rules published names.
const published = "aa-2026-06"

func profileNames() string {
	var names []string
	for _, p := range agentperf.Profiles() {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// certainty are the flags that only the controlled rule has.
var certainty = []string{"error-rate", "max-measure", "budget", "block", "scan", "companion"}

// controlled reports whether the flags ask for that rule.
func (r *ruleFlags) controlled(given map[string]bool) bool {
	if r.verdict == "" {
		if r.profile == "" && !given["endpoint"] && !slices.ContainsFunc(certainty, func(flag string) bool { return given[flag] }) {
			return false // a demonstration
		}
		return r.profile == "" && r.rules == "" && !given["measure"]
	}
	return r.verdict == "controlled"
}

// rule returns the rule that the flags describe. What they do not say is the rule's
// default, or that of the demonstration.
func (r *ruleFlags) rule(given map[string]bool) (agentperf.Rule, error) {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if r.rules == "published" {
		if r.profile != "" && r.profile != published {
			bad("-rules published is -profile %s, and -profile is %s", published, r.profile)
		}
		r.profile, r.rules = published, ""
	}
	if r.verdict != "" && r.verdict != "controlled" && r.verdict != "point" {
		bad("-verdict is %q, expected controlled or point", r.verdict)
	}
	if given["error-rate"] && r.errorRate <= 0 {
		bad("-error-rate is %v, expected more than 0 and less than 0.5", r.errorRate)
	}
	for name, d := range map[string]time.Duration{"block": r.block, "max-measure": r.maxMeasure, "budget": r.budget, "measure": r.measure, "phase-timeout": r.timeout} {
		if given[name] && d <= 0 {
			bad("-%s is %v, expected more than 0", name, d)
		}
	}
	for name, negative := range map[string]bool{"settle": r.settle < 0, "spawn-rate": r.spawnRate < 0, "min-trajectories": r.minTrajectories < 0, "min-per-agent": r.minPerAgent < 0} {
		if negative {
			bad("-%s is negative, expected 0 or more", name)
		}
	}
	others, name := certainty, "controlled"
	controlled := r.controlled(given)
	if controlled {
		others, name = []string{"rules", "measure", "min-trajectories", "min-per-agent", "phase-timeout"}, "point"
	}
	for _, flag := range others {
		if given[flag] {
			bad("-%s is for -verdict %s, not %s", flag, name, map[bool]string{true: "controlled", false: "point"}[controlled])
		}
	}
	switch {
	case r.scan && given["agents"]:
		bad("-scan tries numbers between those of a search; with -agents only the one named is measured")
	case r.companion && !given["agents"]:
		bad("-companion is for a check of one number with -agents; a search measures several anyway")
	}
	if controlled {
		return r.controlledRule(given), errors.Join(errs...)
	}
	rule, err := r.pointRule(given)
	return rule, errors.Join(append(errs, err)...)
}

func (r *ruleFlags) controlledRule(given map[string]bool) agentperf.Rule {
	var rule agentperf.Controlled
	if !given["endpoint"] {
		rule = demoControlled
	}
	set(given["error-rate"], &rule.ErrorRate, r.errorRate)
	set(given["block"], &rule.Block, r.block)
	set(given["max-measure"], &rule.MaxMeasure, r.maxMeasure)
	set(given["budget"], &rule.Budget, r.budget)
	rule.Scan, rule.Companion = r.scan, r.companion
	set(given["settle"], &rule.Settle, orNone(r.settle))
	set(given["spawn-rate"], &rule.SpawnRate, orNone(r.spawnRate))
	return rule
}

func (r *ruleFlags) pointRule(given map[string]bool) (agentperf.Rule, error) {
	var rule agentperf.Point
	switch {
	case r.rules == "" && r.profile != "":
		p, err := agentperf.LookupProfile(r.profile)
		if err != nil {
			return rule, err
		}
		rule, _ = p.Defaults.Rule.(agentperf.Point)
	case r.rules == "quick" || r.rules == "" && given["endpoint"]:
		rule = agentperf.Quick()
	case r.rules == "":
		rule = demoPoint
	default:
		return rule, fmt.Errorf("-rules is %q, expected published or quick", r.rules)
	}
	set(given["measure"], &rule.Measure, r.measure)
	set(given["phase-timeout"], &rule.Timeout, r.timeout)
	set(given["settle"], &rule.Settle, orNone(r.settle))
	set(given["spawn-rate"], &rule.SpawnRate, orNone(r.spawnRate))
	set(given["min-trajectories"], &rule.MinTrajectories, orNone(r.minTrajectories))
	set(given["min-per-agent"], &rule.MinPerAgent, orNone(r.minPerAgent))
	return rule, nil
}

// set replaces a field by the value of a flag that was given.
func set[T any](given bool, field *T, value T) {
	if given {
		*field = value
	}
}

// orNone returns the value of a flag as a rule says it: 0 is none, not the default.
func orNone[T int | float64 | time.Duration](v T) T {
	if v == 0 {
		return -1
	}
	return v
}
