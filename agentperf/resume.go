package agentperf

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/journal"
	"github.com/agentperf/agentperf-go/internal/phase"
)

// A heading is what a journal is of. What makes phases of another run another
// measurement is in it.
type heading struct {
	Schema string     `json:"schema"`
	Config ConfigEcho `json:"config"`
	Tiers  []Tier     `json:"tiers"`
	// Earlier are digests of the phases of Config.Earlier.
	Earlier []string `json:"earlier,omitempty"`
}

func (r *run) heading() heading {
	h := heading{Schema: Schema, Config: r.report.Config, Tiers: r.cfg.Tiers}
	for _, old := range r.cfg.Earlier {
		for i := range old.Phases {
			h.Earlier = append(h.Earlier, identity(old, i))
		}
	}
	return h
}

// identity tells a phase of a report from all others.
func identity(r *Report, i int) string {
	text, err := json.Marshal(r.Phases[i])
	if err != nil {
		return "" // of what came from JSON: it does not happen
	}
	return fmt.Sprintf("%d/%d/%x", r.Config.Seed, i, sha256.Sum256(text))
}

// resume opens the journal and takes up the phases in it. seeded is set when the
// configuration has a seed of its own.
func (r *run) resume(seeded bool) error {
	if r.cfg.Journal == "" {
		return nil
	}
	text, err := json.Marshal(r.heading())
	if err != nil {
		return fmt.Errorf("agentperf: journal: %w", err)
	}
	j, err := journal.Open(r.cfg.Journal, text)
	if err != nil {
		return fmt.Errorf("agentperf: %w", err)
	}
	r.journal = j
	if !j.Resumed() {
		return nil
	}
	var found heading
	if err := json.Unmarshal(j.Header(), &found); err != nil || found.Schema != Schema {
		return fmt.Errorf("agentperf: the journal in %s is of schema %q, expected %s", r.cfg.Journal, found.Schema, Schema)
	}
	if !seeded {
		r.cfg.Seed, r.report.Config.Seed = found.Config.Seed, found.Config.Seed
	}
	if text, err = json.Marshal(r.heading()); err != nil {
		return fmt.Errorf("agentperf: journal: %w", err)
	}
	differ, err := journal.Diff(j.Header(), text)
	if err != nil {
		return fmt.Errorf("agentperf: journal: %w", err)
	}
	if len(differ) > 0 {
		return fmt.Errorf("agentperf: the journal in %s is of another configuration:\n  %s", r.cfg.Journal, strings.Join(differ, "\n  "))
	}
	for i, record := range j.Records() {
		var p PhaseResult
		err := json.Unmarshal(record, &p)
		if err == nil && len(p.Verdicts) != len(r.cfg.Tiers) {
			err = fmt.Errorf("%d verdicts, expected %d", len(p.Verdicts), len(r.cfg.Tiers))
		}
		if err != nil {
			return fmt.Errorf("agentperf: record %d of the journal in %s: %w", i+1, r.cfg.Journal, err)
		}
		if err := r.takeUp(&p); err != nil {
			return fmt.Errorf("agentperf: record %d of the journal in %s: %w", i+1, r.cfg.Journal, err)
		}
		r.report.Phases = append(r.report.Phases, p)
		r.succeeded = r.succeeded || p.Outcomes[endpoint.OutcomeOK] > 0
	}
	if n := len(r.report.Phases); n > 0 {
		r.report.Resumed = n
	}
	return nil
}

// takeUp tells the search of a phase that it asked for before it was interrupted. One in
// which the client failed says nothing of a client that has been started again.
func (r *run) takeUp(p *PhaseResult) error {
	if r.referee != nil {
		r.referee.next() // as it did then
	}
	if slices.ContainsFunc(p.Verdicts, func(v TierVerdict) bool { return v.Verdict == Invalid }) {
		return nil
	}
	return r.observe(p)
}

// observe tells the search of a phase.
func (r *run) observe(p *PhaseResult) error {
	if r.referee != nil {
		o, err := r.observed(p)
		if err == nil {
			r.referee.observe(o)
		}
		return err
	}
	for i := range r.brackets {
		if v := p.Verdict(r.cfg.Tiers[i].name()); v != "" {
			r.brackets[i].Observe(p.Agents, v.answer())
		}
	}
	return nil
}

// keep adds a phase to the journal.
func (r *run) keep(p *PhaseResult, times phase.Times, all []record) error {
	if r.journal == nil {
		return nil
	}
	text, err := json.Marshal(p)
	if err == nil {
		err = r.journal.Append(text, func(w io.Writer) error { return writeRequests(w, p.Index, times, all) })
	}
	if err != nil {
		return fmt.Errorf("agentperf: journal: %w", err)
	}
	return nil
}

// earlier takes the phases of earlier reports as evidence. The same phase twice would be
// evidence twice, and so would the same plays once more.
func (r *run) earlier() error {
	seen := make(map[string]string)
	mine, err := comparableConfig(r.report.Config)
	if err != nil {
		return fmt.Errorf("agentperf: Earlier: %w", err)
	}
	for i, old := range r.cfg.Earlier {
		if old == nil || old.Schema != Schema {
			return fmt.Errorf("agentperf: Earlier[%d] is no report of schema %s", i, Schema)
		}
		theirs, err := comparableConfig(old.Config)
		if err != nil {
			return fmt.Errorf("agentperf: Earlier[%d]: %w", i, err)
		}
		differ, err := journal.Diff(theirs, mine)
		if err != nil {
			return fmt.Errorf("agentperf: Earlier[%d]: %w", i, err)
		}
		if len(differ) > 0 {
			return fmt.Errorf("agentperf: Earlier[%d] is of another configuration:\n  %s", i, strings.Join(differ, "\n  "))
		}
		if old.Config.Seed == r.cfg.Seed {
			return fmt.Errorf("agentperf: Earlier[%d] has the seed %d of this run, whose plays would be those again; leave Seed 0", i, r.cfg.Seed)
		}
		tiers := make(map[string]TierResult)
		for _, t := range old.Tiers {
			tiers[t.Name] = t
		}
		taken := 0
		for j, p := range old.Phases {
			name := fmt.Sprintf("Earlier[%d].Phases[%d]", i, j)
			if id := identity(old, j); seen[id] != "" {
				return fmt.Errorf("agentperf: %s is %s too", name, seen[id])
			} else {
				seen[id] = name
			}
			p.Verdicts = r.same(p.Verdicts, tiers)
			if len(p.Verdicts) == 0 || p.Verdicts[0].Verdict == Invalid {
				continue
			}
			if err := r.observe(&p); err != nil {
				return fmt.Errorf("agentperf: %s: %w", name, err)
			}
			taken++
		}
		r.warn(fmt.Sprintf("%d phases of an earlier report, of %v, count as evidence", taken, old.Started.UTC().Format("2006-01-02 15:04")))
	}
	return nil
}

// same returns the verdicts on tiers that promise what those of this run do.
func (r *run) same(verdicts []TierVerdict, tiers map[string]TierResult) (same []TierVerdict) {
	for _, v := range verdicts {
		for _, t := range r.cfg.Tiers {
			old, mine := tiers[v.Tier], newTierResult(t)
			if t.name() == v.Tier && old.SpeedFloorTokensPerSecond == mine.SpeedFloorTokensPerSecond &&
				old.TTFTCeilingSeconds == mine.TTFTCeilingSeconds && old.E2EFloorTokensPerSecond == mine.E2EFloorTokensPerSecond && old.E2EPercent == mine.E2EPercent {
				same = append(same, v)
			}
		}
	}
	return same
}

// comparableConfig returns what two runs must have in common for the phases of one to say
// something of the other.
func comparableConfig(c ConfigEcho) ([]byte, error) {
	c.Seed, c.Start, c.MaxAgents, c.MaxPhases, c.ErrorRate, c.VerdictRule, c.Rules.Name = 0, 0, 0, 0, 0, "", ""
	return json.Marshal(c)
}
