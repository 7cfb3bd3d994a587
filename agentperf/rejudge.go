package agentperf

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/journal"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/trajectory"
)

// rejudge judges the journal of a run by the rule of that run with another error rate: its
// observations hold what rows do not, the draws and the looks.
func (c JudgeConfig) rejudge(rule Controlled) (*run, error) {
	if len(c.Files) != 1 {
		return nil, fmt.Errorf("agentperf: JudgeConfig.Files has %d entries, expected the folder of one journal under Controlled", len(c.Files))
	}
	folder := c.Files[0]
	j, err := journal.Read(folder)
	if err != nil {
		return nil, fmt.Errorf("agentperf: %w", err)
	}
	found, _, err := readHeading(folder, j.Header)
	if err != nil {
		return nil, err
	}
	run, err := readIdentity(found)
	if err != nil {
		return nil, fmt.Errorf("agentperf: the journal in %s: %w", folder, err)
	}
	place, err := tierPlaces(c.Tiers, found.Tiers)
	if err != nil {
		return nil, fmt.Errorf("agentperf: the journal in %s: %w; the point rule can judge its requests by any", folder, err)
	}
	population, err := run.population(c.Workload, found.Workload)
	if err != nil {
		return nil, fmt.Errorf("agentperf: the journal in %s: %w", folder, err)
	}
	run.rule.ErrorRate = rule.ErrorRate
	resolved := run.rule.resolve()
	r := newRun(&Config{Tiers: c.Tiers, Rule: resolved, MaxAgents: mostAgents, Start: 1, System: c.System}, nil)
	if err := resolved.validate(r.criteria, 1); err != nil {
		return nil, err
	}
	r.rule = resolved.start(r.criteria, r.bounds, population)
	r.report.Config = ConfigEcho{Rule: resolved.echo(), WorkloadSHA256: found.Workload, Seed: found.Seed, PercentileRule: percentileRule}
	r.report.Source = &Source{Clients: []string{"agentperf"}, Files: slices.Clone(c.Files), SpeedBasis: []string{"as measured"}}
	r.warn("judged_from_records", fmt.Sprintf("judged anew from the journal of a run, with an error rate of %v, and not measured by this run", rule.ErrorRate))
	if j.Torn != "" {
		r.warn("journal_torn", j.Torn+"; it does not count as evidence")
	}
	past := decide.Past{Rule: r.rule}
	for k, text := range j.Records {
		if err := r.rejudgePhase(&past, text, place); err != nil {
			return nil, fmt.Errorf("agentperf: record %d of the journal in %s: %w", k+1, folder, err)
		}
	}
	if len(r.report.Phases) == 0 {
		return nil, fmt.Errorf("agentperf: the journal in %s has no phase", folder)
	}
	return r, nil
}

// rejudgePhase tells the rule of one phase. place says where the tiers of this run are among
// those of the journal.
func (r *run) rejudgePhase(past *decide.Past, text []byte, place []int) error {
	var p journaled
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	if p.Observation.Agents != p.Result.Agents {
		return fmt.Errorf("a phase of %d agents and of %d", p.Observation.Agents, p.Result.Agents)
	}
	theirs := p.Observation.Tiers
	p.Observation.Tiers = nil
	for _, at := range place {
		if at >= len(theirs) {
			return fmt.Errorf("%d tiers, expected more", len(theirs))
		}
		p.Observation.Tiers = append(p.Observation.Tiers, theirs[at])
	}
	var alpha []decide.Assignment
	for _, a := range p.Plan.Alpha {
		if a.Tier = slices.Index(place, a.Tier); a.Tier >= 0 {
			alpha = append(alpha, a)
		}
	}
	p.Plan.Alpha, p.Plan.Tiers = alpha, nil
	if err := past.Observe(p.Plan, p.Observation); err != nil {
		return err
	}
	for _, f := range []*Figures{p.Result.Figures, p.Result.InvalidFigures} {
		if f == nil || len(f.Tiers) != len(theirs) {
			continue
		}
		fair := f.Tiers
		f.Tiers = nil
		for _, at := range place {
			f.Tiers = append(f.Tiers, fair[at])
		}
	}
	p.Result.Index = len(r.report.Phases)
	p.Result.Verdicts = r.verdicts(p.Result.Agents, &p.Observation)
	r.report.Phases = append(r.report.Phases, p.Result)
	return nil
}

// judgedRun is what the identity of a run says of its rule and of how it replayed.
type judgedRun struct {
	rule   Controlled
	policy trajectory.Policy
}

// readIdentity reads the heading of a journal and the identity in it, in which durations are
// text.
func readIdentity(h heading) (r judgedRun, err error) {
	var found struct {
		Rule struct {
			Controlled
			Block, MaxMeasure, Budget, Settle, Drain durationText
			Type                                     string `json:"type"`
		}
		Policy struct {
			trajectory.Policy
			ToolDelayMax, HumanWaits, FailurePause durationText
		}
	}
	if err := json.Unmarshal(h.Identity, &found); err != nil {
		return r, err
	}
	if found.Rule.Block < 0 || found.Rule.MaxMeasure <= 0 || found.Rule.ErrorRate <= 0 {
		return r, errors.New("its run was not by the controlled rule, and phases by another do not bound an error; the point rule can judge its requests")
	}
	r.rule, r.policy = found.Rule.Controlled, found.Policy.Policy
	r.policy.API, r.policy.BillingLine = h.API, h.BillingLine
	r.rule.Block, r.rule.MaxMeasure, r.rule.Budget = time.Duration(found.Rule.Block), time.Duration(found.Rule.MaxMeasure), time.Duration(found.Rule.Budget)
	r.rule.Settle, r.rule.Drain = time.Duration(found.Rule.Settle), time.Duration(found.Rule.Drain)
	r.policy.ToolDelayMax, r.policy.HumanWaits, r.policy.FailurePause = time.Duration(found.Policy.ToolDelayMax), time.Duration(found.Policy.HumanWaits), time.Duration(found.Policy.FailurePause)
	return r, r.policy.Validate()
}

// durationText is a duration as the identity of a run has it.
type durationText time.Duration

// UnmarshalJSON decodes it.
func (s *durationText) UnmarshalJSON(text []byte) error {
	var value string
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	d, err := time.ParseDuration(value)
	*s = durationText(d)
	return err
}

// population returns the steady state of the load of the run, from its workload as the caller
// has it.
func (r *judgedRun) population(w *trajectory.Workload, want string) (*population, error) {
	if w == nil {
		return nil, errors.New("JudgeConfig.Workload is nil: the controlled rule compares phases with the steady state of what was replayed")
	}
	if err := w.Validate(); err != nil {
		return nil, fmt.Errorf("JudgeConfig.Workload: %w", err)
	}
	fitted, _ := w.Fit(r.policy)
	if got := replay.Digest(fitted, &r.policy); got != want {
		return nil, fmt.Errorf("its run replayed a workload with the digest %.12s, and JudgeConfig.Workload has %.12s", want, got)
	}
	return &population{Paces: replay.Paces{Workload: fitted, Policy: r.policy}}, nil
}
