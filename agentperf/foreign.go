package agentperf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/requestlog"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/trajectory"
)

// JudgeConfig says which records to judge, and by what.
type JudgeConfig struct {
	// Files are files of records, or folders with them; at least one is required. They are
	// told by their content:
	//
	//   - what Config.Requests received, and journals (their requests.jsonl.gz);
	//   - the rows of Artificial Analysis' client, one file for each phase or requests.jsonl,
	//     with phase_manifest.jsonl. Where both have a phase, the file of the phase counts;
	//   - AIPerf's profile_export.jsonl, with profile_export_aiperf.json beside it.
	//
	// Each may be compressed with gzip.
	Files []string
	// Tiers are the service levels to judge by; empty means those published for
	// gpt-oss-120b.
	Tiers []Tier
	// Rule is [Point] for any records, and nil means Point{}. Its minima, MinTrajectories and
	// MinPerAgent, are what a phase is held against: where the records of another client do
	// not meet them the report has a warning, and the phase is judged all the same. Its
	// lengths do not matter.
	//
	// [Controlled] judges the journal of one run by that rule, as rows do not hold what it
	// needs. Only ErrorRate matters; the rest is as in that run. The tiers must be some of
	// those of the run.
	Rule Rule
	// Workload is, under Controlled, what the run replayed.
	Workload *trajectory.Workload
	// Agents is the number of agents of records that do not state one; 0 means that such
	// records are an error.
	Agents int
	// System is as in [Config].
	System pricing.System
}

// Judge judges records of runs that are over, by the rules of this package and without a new
// run: those of this package by other tiers or another error rate, and those of other
// clients. Under [Point] percentiles of the requests that began in the window are compared
// with the bounds; of several phases with one number of agents the last counts.
//
// The report is never nil. Report.Source says what it was made from, and so does its first
// warning, so that nobody takes it for that of a run. Its Config has the rule alone. The error
// names the file, and the line where one is wrong; or says what the records lack; or wraps
// [ErrUndecided] if no tier has an answer; or is the cause of ctx.
func Judge(ctx context.Context, cfg JudgeConfig) (*Report, error) {
	if err := cfg.resolve(); err != nil {
		return newReport(), err
	}
	if rule, ok := cfg.Rule.(Controlled); ok {
		r, err := cfg.rejudge(rule)
		if err != nil {
			return newReport(), err
		}
		return r.judged()
	}
	r, rule := cfg.prepare()
	set, err := requestlog.Read(ctx, cfg.Files, requestlog.Options{Agents: cfg.Agents})
	if err != nil {
		return r.report, fmt.Errorf("agentperf: %w", err)
	}
	r.report.Source = sourceOf(set, cfg.Files)
	r.warn("judged_from_records", r.report.Source.text())
	for _, w := range set.Warnings {
		r.warn(w.Code, w.Text)
	}
	decided := false
	for _, p := range set.Phases {
		if ctx.Err() != nil {
			return r.report, context.Cause(ctx)
		}
		if err := r.judgeRecords(p, rule); err != nil {
			return r.report, err
		}
		decided = decided || p.Ending == record.Decided
		p.Rows = nil // for the garbage collector
	}
	if decided {
		r.warn("decided_phases", "the run ended phases as soon as they had served their purpose, with requests open that do not count here, which favors short answers: its journal can be judged by the controlled rule")
	}
	r.report.Started = set.Phases[0].Anchor
	return r.judged()
}

// judged returns the report of a run that has been told of all phases.
func (r *run) judged() (*Report, error) {
	r.report.Audit.Reason = "records were judged, and no system was there to ask"
	r.conclude()
	if !slices.ContainsFunc(r.report.Tiers, func(t TierResult) bool { return t.MaxAgents > 0 || t.FirstFailingAgents != nil }) {
		return r.report, fmt.Errorf("%w: %s", ErrUndecided, r.lastReason())
	}
	r.report.Complete = true
	return r.report, nil
}

// resolve fills in the defaults, and returns all errors, joined.
func (c *JudgeConfig) resolve() error {
	if len(c.Tiers) == 0 {
		c.Tiers = TierSets()[0].Tiers
	}
	c.Rule = cmp.Or(c.Rule, Rule(Point{})).resolve()
	errs := []error{validateTiers(c.Tiers), c.System.Validate()}
	if len(c.Files) == 0 {
		errs = append(errs, errors.New("agentperf: JudgeConfig.Files is empty"))
	}
	if c.Agents < 0 || c.Agents > mostAgents {
		errs = append(errs, fmt.Errorf("agentperf: JudgeConfig.Agents is %d, expected 0 to %d", c.Agents, mostAgents))
	}
	return errors.Join(errs...)
}

// prepare returns a run without a system, by the point rule.
func (c *JudgeConfig) prepare() (*run, Point) {
	rule := c.Rule.(Point) // there are two
	r := newRun(&Config{Tiers: c.Tiers, Rule: rule, MaxAgents: mostAgents, Start: 1, System: c.System}, nil)
	r.rule = rule.start(r.criteria, r.bounds, nil)
	said := rule.echo()
	r.report.Config = ConfigEcho{
		Rule:           RuleEcho{Name: "point", Text: said.Text, MinTrajectories: said.MinTrajectories, MinPerAgent: said.MinPerAgent},
		PercentileRule: percentileRule,
	}
	return r, rule
}

// judgeRecords judges one phase.
func (r *run) judgeRecords(p *requestlog.Phase, rule Point) error {
	p.Index = len(r.report.Phases)
	block := pointBlock
	if p.Ending == record.Decided { // it is observed in whole blocks, and may be shorter than one
		block = max(1, p.Window()/max(1, p.Window()/pointBlock))
	}
	o := decide.Observe(r.criteria, block, &p.Phase)
	o.Invalid = cmp.Or(p.Invalid, o.Invalid)
	result := newPhaseResult(&p.Phase)
	if total, each := given(rule.MinTrajectories), given(rule.MinPerAgent); p.Client != requestlog.Own && (p.Completed < total || p.Least < each) {
		result.warn("minima", fmt.Sprintf("minima unmet: rows show %d trajectories completed in the window and %d by the slowest agent; %d and %d are required", p.Completed, p.Least, total, each))
	}
	result.fill(&p.Phase, r.criteria, o.Invalid)
	if p.Client != requestlog.Own { // nobody has seen these
		for _, f := range []*Figures{result.Figures, result.InvalidFigures} {
			if f != nil {
				f.P95EndLag, f.LatenessP99 = nil, nil
			}
		}
	}
	if err := r.rule.Observe(decide.Plan{Agents: p.Agents}, o); err != nil {
		return fmt.Errorf("agentperf: phase %d: %w", p.Index, err)
	}
	result.Verdicts = r.verdicts(p.Agents, &o)
	r.report.Phases = append(r.report.Phases, *result)
	return nil
}

func sourceOf(set *requestlog.Set, files []string) *Source {
	s := &Source{Files: slices.Clone(files)}
	for _, p := range set.Phases {
		if name := string(p.Client); !slices.Contains(s.Clients, name) {
			s.Clients = append(s.Clients, name)
			s.SpeedBasis = append(s.SpeedBasis, p.Basis())
		}
	}
	return s
}
