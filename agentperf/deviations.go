package agentperf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/identity"
	"github.com/agentperf/agentperf-go/internal/journal"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/trajectory"
)

// outside are the fields of a configuration in which no run deviates from a profile. All others
// are compared, so that none that somebody adds is forgotten.
var outside = identity.Exemptions{
	"Profile":                "names the profile",
	"Endpoint.URL":           "is the system under test",
	"Endpoint.API":           "is Policy.API",
	"Endpoint.APIKey":        "a credential",
	"Endpoint.TLS":           "says whom to trust",
	"Endpoint.Dial":          "a function; part of the way to the system",
	"Endpoint.Header":        "is what the system under test wants",
	"Endpoint.SessionHeader": "is for the routers of a system; the official client leaves it open",
	"Connect":                "a function; is the system under test",
	"Label":                  "names the system under test",
	"Workload":               "is a deviation of its own",
	"Assigned":               "is part of the workload; the official client takes such lists, too",
	"Tiers":                  "are a deviation of their own: a profile has several sets",
	"Policy.Model":           "is the system under test",
	"Policy.MaxTokensField":  "is the name that the system has for it",
	"Policy.Window":          "is ContextTokens",
	"Policy.SyntheticFactor": "makes made-up text as long as was recorded; one that the caller chose is a deviation of its own",
	"Seed":                   "is drawn anew each time",
	"Identity":               "says what the system under test is",
	"System":                 "divides the answer; its power is a deviation of its own",
	"Audit":                  "comes after the answer; the accuracy is a deviation of its own",
	"Start":                  "where a search starts is not published",
	"MaxAgents":              "is how far a search goes, but for a profile that has it",
	"MaxPhases":              "is how long a search goes on",
	"Journal":                "keeps what was measured",
	"Earlier":                "is of the same configuration",
	"Progress":               "only looks on",
	"Load":                   "where requests are sent from says nothing of what they are",
	"Observers":              "only look on",
	"Series":                 "only looks on",
	"Exclusive":              "refuses phases with load of others, which the official client has no eyes for",
	"Requests":               "only looks on",
	"Logger":                 "only looks on",
}

// compare begins Report.Profile with what differs before anything is measured. cfg is as it is
// measured.
func (r *run) compare(cfg *Config) error {
	p, ok := profileOf(cfg)
	if !ok {
		return nil
	}
	result := &ProfileResult{Name: p.Name, Deviations: []metrics.Warning{}}
	r.report.Profile = result
	own := Config{
		Profile: p.Name, Workload: cfg.Workload, Tiers: cfg.Tiers, Connect: func(int) trajectory.Sender { return nil },
		Policy: trajectory.Policy{Model: cfg.Policy.Model},
	}
	if r.report.Preflight != nil {
		own.ContextTokens = r.report.Preflight.ContextTokens
	}
	own, err := own.resolve()
	if err != nil {
		return fmt.Errorf("agentperf: profile %s: %w", p.Name, err)
	}
	if err := compareFields(result, &p, cfg, &own); err != nil {
		return fmt.Errorf("agentperf: profile %s: %w", p.Name, err)
	}
	origin := "recorded"
	if cfg.Workload.Origins().Text.Synthetic > 0 {
		origin = "generated"
	}
	if cfg.Assigned != nil {
		origin = "assigned " + origin
	}
	result.add("workload", "%d %s trajectories (%q); %s has %s", len(cfg.Workload.Trajectories), origin, cfg.Workload.Name, p.Name, p.workload)
	compareTiers(result, &p, cfg)
	compareEffort(result, &p, cfg)
	result.Deviations = append(result.Deviations, p.Unknown...)
	return nil
}

// compareFields lists the fields in which a configuration differs from the profile's own.
func compareFields(p *ProfileResult, profile *Profile, cfg, own *Config) error {
	exempt := make(identity.Exemptions)
	for path, why := range outside {
		if path == "MaxAgents" && profile.Defaults.MaxAgents != 0 {
			continue
		}
		exempt[path] = why
	}
	var texts [2][]byte
	for i, c := range []*Config{own, cfg} {
		text, err := identity.Of(c, identity.Options{Exempt: exempt})
		if err != nil {
			return err
		}
		texts[i] = text
	}
	all, err := journal.Differences(texts[0], texts[1])
	if err != nil {
		return err
	}
	other := slices.ContainsFunc(all, func(d journal.Difference) bool { return d.Path == "Rule.type" })
	if other {
		p.add("Rule", "Rule is %v; %s has %v", cfg.Rule, p.Name, own.Rule)
	}
	for _, d := range all {
		if other && strings.HasPrefix(d.Path, "Rule.") {
			continue // fields of different rules
		}
		if nothing[d.Was] && nothing[d.Now] {
			continue // nil beside a map with fields, each of which is a difference
		}
		if d.Path == "Rule.Timeout" && d.Was == `"0s"` {
			d.Was = "an hour after settling, and AA's is not known"
		}
		p.add(d.Path, "%s is %s; %s has %s", d.Path, d.Now, p.Name, d.Was)
	}
	return nil
}

// nothing are the values of a map without entries, and of one that has some at its own path.
var nothing = map[string]bool{"null": true, "{}": true, "absent": true}

func compareTiers(p *ProfileResult, profile *Profile, cfg *Config) {
	var names, sets []string
	for _, set := range profile.setsFor(cfg.Policy.Model) {
		if within(cfg.Tiers, set) {
			return
		}
		sets = append(sets, fmt.Sprintf("%v (%s)", set.Tiers, set.Name))
	}
	for _, t := range cfg.Tiers {
		names = append(names, t.String())
	}
	if sets == nil {
		sets = []string{"none"}
	}
	p.add("tiers", "the service levels are %v; %s has %s", names, p.Name, strings.Join(sets, " or "))
}

// compareEffort says what is not certain of the reasoning effort. One other than that of the
// profile is a difference in Policy.Fields.
func compareEffort(p *ProfileResult, profile *Profile, cfg *Config) {
	if len(profile.Efforts) == 0 {
		return
	}
	switch e, ok := profile.effort(cfg); {
	case !ok:
		p.add("reasoning_effort", "no reasoning effort is asked for beyond Policy.Fields: %s has the largest, and which field asks the model %q for it is not known", p.Name, cfg.Policy.Model)
	case e.Inferred != "":
		p.add("reasoning_effort", "%s is %s; %s", e.Field, cfg.Policy.Fields[e.Field], e.Inferred)
	}
}

// compareRun completes Report.Profile with what differs in what was done.
func (r *run) compareRun() {
	p := r.report.Profile
	if p == nil {
		return
	}
	if r.auditing == nil || r.auditing.Check == nil || r.report.Audit.Outcome == NotAudited {
		p.add("accuracy_unchecked", "the accuracy of answers was not checked (Config.Audit with Check); AA checks it, by a method that is not published")
	}
	if s := r.report.System; !r.report.measuredPower(pricing.MeasuredAccelerator) && (s == nil || s.Power == 0 || s.Basis != pricing.MeasuredAccelerator) {
		p.add("power_unmeasured", "power was not measured by this run; AA measures that of the accelerators under load")
	}
	var unmet []string
	for i := range r.report.Phases {
		if ph := &r.report.Phases[i]; ph.Figures != nil && ph.Ending == "timeout" {
			unmet = append(unmet, fmt.Sprint(ph.Agents))
		}
	}
	if len(unmet) > 0 {
		p.add("minima_unmet", "phases of %s agents ended at the time-out, with fewer trajectories than required", strings.Join(unmet, ", "))
	}
}
