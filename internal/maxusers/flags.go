package maxusers

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/trajectory"
)

// options are the command line.
type options struct {
	*Source
	system             cli.System
	identity           cli.Identity
	telemetry          cli.Telemetry
	agents             []int
	jsonFile, htmlFile string
	requests           string
	assignments        string
	quiet              bool
	title              string
	added              []cli.Place // files that are read because of the flags of others
	cfg                agentperf.Config
}

// parse reads the command line. The error has been shown to the user.
func parse(program cli.Program, p Program) (*options, error) {
	o := &options{Source: p.Source}
	if o.Source == nil {
		o.Source = new(Source)
	}
	var (
		sloSet        string
		tiers         []agentperf.Tier
		rule          ruleFlags
		output, delay string
		prefix        string
		audit         bool
		checker       string
	)
	flags := program.CommandFlags(p.Command, "")
	o.Source.Register(flags.FlagSet)
	flags.Lookup("workload").Usage += ", with an -endpoint without tool delays, and " + presetPrefix + "aa-like with an -endpoint and a -profile of agents"
	flags.StringVar(&o.assignments, "assignments", "", "JSON `file` that says which sessions of -workload each agent plays, {\"0\": [ID, ...], ...}, as user_assignments_path of Artificial Analysis' client; with -verdict point")
	flags.Func("slo", "service level as `SPEED@TTFT`, such as 100@5s: P25 output speed in tokens/s and P95 TTFT; or e2e:50, P25 of all tokens over the whole request (repeatable)", func(s string) error {
		t, err := agentperf.ParseTier(s)
		tiers = append(tiers, t)
		return err
	})
	flags.StringVar(&sloSet, "slo-set", "", "published service levels of a `model`: "+setNames()+" (default gpt-oss-120b)")
	flags.StringVar(&o.cfg.Journal, "journal", "", "keep every phase in the `folder`, and continue from what is in it")
	flags.Func("evidence", "count the phases of an earlier run's -journal `folder`, of the same configuration (repeatable)", func(folder string) error {
		o.cfg.Earlier = append(o.cfg.Earlier, folder)
		return nil
	})
	rule.register(flags)
	flags.DurationVar(&o.cfg.ClientLag, "client-lag", 0, "how late (P99) this client may send and notice what arrives before a phase is invalid; negative means no limit (default 50ms)")
	flags.IntVar(&o.cfg.Start, "start", 1, "number of `agents` to start with")
	flags.IntVar(&o.cfg.MaxAgents, "max-agents", 4096, "largest number of `agents` to try")
	flags.Func("agents", "check this `number` of agents instead of searching, with exit status 3 when a service level fails; or measure each of several, such as 1,2,4,8, whatever the verdicts", func(s string) (err error) {
		o.agents, err = cli.Numbers(s)
		return err
	})
	flags.IntVar(&o.cfg.ContextTokens, "context", 0, "context window in `tokens`; trajectories that do not fit are left out (default: what the endpoint states)")
	flags.StringVar(&delay, "tool-delay", "recorded", "time between turns: none, `recorded` or sampled")
	flags.DurationVar(&o.cfg.Policy.ToolDelayMax, "tool-delay-max", 0, "longest tool delay to replay; 0 means no limit")
	flags.DurationVar(&o.cfg.Policy.HumanWaits, "human-waits", 0, "longest recorded wait for a person to replay; 0 leaves these waits out")
	flags.Float64Var(&o.cfg.Policy.SyntheticFactor, "synthetic-factor", 0, "`words` of made-up text for each token of a recording without text; 0 asks the endpoint how many its tokenizer needs")
	flags.StringVar(&prefix, "cache-prefix", "after-system", "where the text goes that keeps plays from sharing caches: `after-system`, front or none")
	flags.BoolVar(&o.cfg.Policy.BillingLine, "billing-line", false, "with -api messages, send the line that Claude Code put before its system prompt, which differs in each request, where it was recorded")
	flags.StringVar(&output, "output", "", "length of answers: `exact`, cap or free (default exact where lengths were recorded)")
	flags.IntVar(&o.cfg.Policy.MaxTokens, "max-tokens", trajectory.DefaultMaxTokens, "largest number of tokens of an answer under -output cap and free")
	flags.Uint64Var(&o.cfg.Seed, "seed", 0, "random seed (default: drawn and reported)")
	o.system.Register(flags.FlagSet)
	o.identity.Register(flags.FlagSet)
	o.telemetry.Register(flags.FlagSet)
	flags.BoolVar(&audit, "audit", false, "ask the server after the answer what tells whether it did the work, for some minutes; exit status 4 when something is found or the audit cannot be completed")
	flags.StringVar(&checker, "audit-command", "", "audit, and give each answer to this `command` as {\"request\": ..., \"answer\": ...} on standard input: exit status 0 means that it is right")
	flags.StringVar(&o.jsonFile, "json", "", "write the report to `file` as JSON")
	quiet := cli.Quiet(flags.FlagSet)
	flags.StringVar(&o.htmlFile, "html", "", "draw the report as a page of charts into `file`, which needs no network")
	flags.StringVar(&o.requests, "requests", "", "write each request to `file` as JSON Lines; with -journal they are also in its folder")
	if p.Flags != nil {
		p.Flags(flags.FlagSet)
	}
	if err := flags.Parse(p.Args); err != nil {
		return nil, err
	}

	o.quiet = *quiet
	given := flags.Given()
	errs := []error{flags.NoArgs()}
	for i, n := range o.agents {
		if n < 1 {
			errs = append(errs, fmt.Errorf("-agents is %d, expected 1 or more", n))
		} else if i > 0 && n <= o.agents[i-1] {
			errs = append(errs, fmt.Errorf("-agents has %d after %d, expected increasing numbers", n, o.agents[i-1]))
		}
	}
	if len(o.agents) > 1 && rule.companion {
		errs = append(errs, errors.New("-companion is for a check of one number with -agents; a list has others anyway"))
	}
	if o.cfg.Start < 1 || o.cfg.MaxAgents < 1 {
		errs = append(errs, fmt.Errorf("-start is %d and -max-agents %d, expected 1 or more", o.cfg.Start, o.cfg.MaxAgents))
	}
	if o.cfg.ContextTokens < 0 {
		errs = append(errs, fmt.Errorf("-context is %d, expected 0 or more", o.cfg.ContextTokens))
	}
	if given["max-tokens"] && o.cfg.Policy.MaxTokens < 1 {
		errs = append(errs, fmt.Errorf("-max-tokens is %d, expected 1 or more", o.cfg.Policy.MaxTokens))
	}
	if words := strings.Fields(checker); len(words) > 0 {
		if _, err := exec.LookPath(words[0]); err != nil {
			errs = append(errs, fmt.Errorf("-audit-command: %w", err))
		}
	}
	if audit || checker != "" {
		o.cfg.Audit = &agentperf.Audit{Check: checkBy(checker)}
	}
	var err error
	if o.cfg.Rule, err = rule.rule(given); err != nil {
		errs = append(errs, err)
	}
	if !given["endpoint"] && (given["journal"] || given["evidence"]) {
		errs = append(errs, errors.New("-journal and -evidence need an -endpoint: a simulation is another system each time"))
	}
	if o.cfg.Identity, o.cfg.System, err = cli.Identified(&o.identity, &o.system); err != nil {
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
	o.cfg.Policy.Model, o.cfg.Policy.Fields = o.Endpoint.Model, o.Endpoint.Fields()
	errs = append(errs, o.cfg.Policy.Validate(), o.Source.Validate())
	if p.Check != nil {
		o.added, err = p.Check()
		errs = append(errs, err)
	}
	o.cfg.Profile = rule.profile
	switch {
	case rule.profile != "":
		o.leaveTo(rule.profile, given)
	case o.Workload == "" && given["endpoint"] && !given["tool-delay"]:
		o.cfg.Policy.ToolDelay = trajectory.ToolDelayNone // a first look should not wait for tools
	}
	return o, flags.Check(errs...)
}

// leaveTo leaves what no flag says to a profile. Without a -workload that is the set of the
// published shape, for a server that is measured as agents load it.
func (o *options) leaveTo(profile string, given map[string]bool) {
	for flag, unset := range map[string]func(){
		"start":        func() { o.cfg.Start = 0 },
		"max-agents":   func() { o.cfg.MaxAgents = 0 },
		"tool-delay":   func() { o.cfg.Policy.ToolDelay = "" },
		"cache-prefix": func() { o.cfg.Policy.Prefix = "" },
		"max-tokens":   func() { o.cfg.Policy.MaxTokens = 0 },
	} {
		if !given[flag] {
			unset()
		}
	}
	if p, err := agentperf.LookupProfile(profile); err == nil && p.Defaults.MaxAgents == 0 && o.Workload == "" && given["endpoint"] {
		o.Workload = presetPrefix + "aa-like"
	}
}

func setNames() string {
	var names []string
	for _, s := range agentperf.TierSets() {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}
