package agentperf

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/identity"
	"github.com/agentperf/agentperf-go/internal/journal"
	"github.com/agentperf/agentperf-go/trajectory"
)

// journalSchema is the version of the form of journals.
const journalSchema = "agentperf.journal/3"

// heading identifies the run a journal belongs to: everything that would make its phases a
// different measurement.
type heading struct {
	Schema string `json:"schema"`
	// Identity is that of the resolved configuration; values of headers are in it as
	// digests with Salt.
	Identity json.RawMessage `json:"identity"`
	Salt     string          `json:"salt"`
	Seed     uint64          `json:"seed,string"`
	Workload string          `json:"workload_sha256"`
	Tiers    []Tier          `json:"tiers"`
	// SyntheticFactor is that of the policy; 0 if nothing is synthetic.
	SyntheticFactor float64 `json:"synthetic_tokens_factor,omitempty"`
	// Exclusive is Config.Exclusive, which decides what phases count.
	Exclusive bool `json:"exclusive,omitempty"`
	// API is that of the policy, and BillingLine its field; empty and absent mean what
	// journals of earlier versions have.
	API         trajectory.API `json:"api,omitempty"`
	BillingLine bool           `json:"billing_line,omitempty"`
	// Earlier are the digests of the records of Config.Earlier.
	Earlier []string `json:"earlier,omitempty"`
}

// exempt are the fields of a configuration that do not make its phases a different
// measurement.
var exempt = identity.Exemptions{
	"Profile":                "only fills in fields, which are compared themselves",
	"Endpoint.API":           "is Policy.API",
	"Endpoint.APIKey":        "a credential: a rotated key is no other system",
	"Endpoint.TLS":           "says whom to trust and with which certificate, not what is measured",
	"Endpoint.Dial":          "a function; the URL names the system",
	"Connect":                "a function; Label stands for the system behind it",
	"Load":                   "where requests are sent from says nothing of the system, and a journal goes on elsewhere",
	"Workload":               "its digest is beside the identity",
	"Tiers":                  "are beside the identity: another set may share its evidence",
	"Policy.API":             "is beside the identity, so that earlier journals are of chat completions",
	"Policy.BillingLine":     "is beside the identity, likewise",
	"Policy.SyntheticFactor": "is beside the identity: 0 takes what is measured, or that of the journal",
	"Seed":                   "is beside the identity: 0 takes that of the journal",
	"System":                 "divides the answer, and changes no phase",
	"Identity":               "says what the system is, and changes no phase",
	"Audit":                  "comes after the answer, and is made anew each time",
	"Start":                  "decides which numbers are tried, not what a phase measures",
	"MaxAgents":              "decides which numbers are tried, not what a phase measures",
	"MaxPhases":              "decides how long the search goes on",
	"Journal":                "is the journal itself",
	"Earlier":                "digests of the records are beside the identity",
	"Progress":               "only looks on",
	"Observers":              "only look on",
	"Series":                 "only looks on",
	"Exclusive":              "is beside the identity, where journals from before it have none",
	"Requests":               "only looks on",
	"Logger":                 "only looks on",
}

// headingOf returns that of a configuration whose workload has the given digest; earlier
// are the digests of the records that count as evidence.
func headingOf(cfg *Config, salt []byte, workload string, earlier []string) (h heading, err error) {
	h = heading{Schema: journalSchema, Salt: hex.EncodeToString(salt), Seed: cfg.Seed, Workload: workload, Tiers: cfg.Tiers, SyntheticFactor: cfg.Policy.SyntheticFactor, Exclusive: cfg.Exclusive, Earlier: earlier}
	h.API, h.BillingLine = apiEcho(&cfg.Policy), cfg.Policy.BillingLine
	h.Identity, err = identity.Of(cfg, identity.Options{Exempt: exempt, Salt: salt})
	return h, err
}

// journaled is the record of a phase in a journal: what was planned, what was observed, and
// what the report says.
type journaled struct {
	Plan        decide.Plan        `json:"plan"`
	Observation decide.Observation `json:"observation"`
	Result      PhaseResult        `json:"result"`
	Sample      *phaseSample       `json:"sample,omitempty"` // absent in journals of earlier versions
}

// resume takes the evidence of Config.Earlier, opens the journal and takes up the phases in
// it. seeded and scaled are set if the caller has chosen the seed and the factor of synthetic
// text.
func (r *run) resume(cfg *Config, seeded, scaled bool) error {
	identify := func(salt []byte, earlier []string) (heading, error) { return headingOf(cfg, salt, r.digest, earlier) }
	earlier, err := r.earlier(cfg.Earlier, identify)
	if err != nil || cfg.Journal == "" {
		return err
	}
	salt := make([]byte, identity.MinSalt)
	rand.Read(salt) // does not fail
	mine, err := identify(salt, earlier)
	if err != nil {
		return fmt.Errorf("agentperf: journal: %w", err)
	}
	text, err := json.Marshal(mine)
	if err != nil {
		return fmt.Errorf("agentperf: journal: %w", err)
	}
	j, err := journal.Open(cfg.Journal, text)
	if err != nil {
		return fmt.Errorf("agentperf: %w", err)
	}
	r.journal = j
	if !j.Resumed() {
		return nil
	}
	found, salt, err := readHeading(cfg.Journal, j.Header())
	if err != nil {
		return err
	}
	if !seeded {
		cfg.Seed, r.schedule.Seed = found.Seed, found.Seed
	}
	if !scaled {
		if err := r.takeFactor(cfg, &found); err != nil {
			return err
		}
	}
	if mine, err = identify(salt, earlier); err != nil {
		return fmt.Errorf("agentperf: journal: %w", err)
	}
	if err := differ(cfg.Journal, found, mine); err != nil {
		return err
	}
	if torn := j.Torn(); torn != "" {
		r.warn("journal_torn", torn+"; it was cut off, and its phase is measured again")
	}
	past, seen, again := decide.Past{Rule: r.rule}, make(map[[sha256.Size]byte]bool), 0
	for i, text := range j.Records() {
		digest := sha256.Sum256(text)
		if seen[digest] {
			again++
			continue
		}
		seen[digest] = true
		if err := r.takeUp(&past, text); err != nil {
			return fmt.Errorf("agentperf: record %d of the journal in %s: %w", i+1, cfg.Journal, err)
		}
	}
	if again > 0 {
		r.warn("repeated_record", fmt.Sprintf("%d records of the journal in %s are there twice, and count once", again, cfg.Journal))
	}
	r.report.Resumed = len(r.report.Phases)
	return nil
}

// readHeading decodes the heading of a journal.
func readHeading(folder string, text []byte) (h heading, salt []byte, err error) {
	if err := json.Unmarshal(text, &h); err != nil || h.Schema != journalSchema {
		return h, nil, fmt.Errorf("agentperf: the journal in %s is of schema %q, expected %s: begin a new one, in another folder", folder, h.Schema, journalSchema)
	}
	if salt, err = hex.DecodeString(h.Salt); err != nil || len(salt) < identity.MinSalt {
		return h, nil, fmt.Errorf("agentperf: the journal in %s has no salt of %d bytes", folder, identity.MinSalt)
	}
	return h, salt, nil
}

// differ returns an error with the differences if a journal belongs to another
// configuration.
func differ(folder string, found, mine heading) error {
	a, err := json.Marshal(found)
	if err != nil {
		return fmt.Errorf("agentperf: the journal in %s: %w", folder, err)
	}
	b, err := json.Marshal(mine)
	if err != nil {
		return fmt.Errorf("agentperf: the journal in %s: %w", folder, err)
	}
	lines, err := journal.Diff(a, b)
	if err != nil {
		return fmt.Errorf("agentperf: the journal in %s: %w", folder, err)
	}
	if len(lines) > 0 {
		return fmt.Errorf("agentperf: the journal in %s is of another configuration:\n  %s", folder, strings.Join(lines, "\n  "))
	}
	return nil
}

// takeUp adds a phase that was run before an interruption.
func (r *run) takeUp(past *decide.Past, text []byte) error {
	var p journaled
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	if want := len(r.report.Phases); p.Result.Index != want || p.Observation.Agents != p.Result.Agents || len(p.Result.Verdicts) != len(r.tiers) {
		return fmt.Errorf("phase %d of %d agents with %d verdicts, expected phase %d with %d", p.Result.Index, p.Result.Agents, len(p.Result.Verdicts), want, len(r.tiers))
	}
	if err := past.Observe(p.Plan, p.Observation); err != nil {
		return err
	}
	r.samples[len(r.report.Phases)] = p.Sample
	r.report.Phases = append(r.report.Phases, p.Result)
	r.latest = p.Plan
	for _, f := range []*Figures{p.Result.Figures, p.Result.InvalidFigures} {
		r.succeeded = r.succeeded || f != nil && f.Outcomes[endpoint.OutcomeOK] > 0
	}
	return nil
}

// keep adds a phase to the journal.
func (r *run) keep(plan decide.Plan, o decide.Observation, result *PhaseResult, p *record.Phase) error {
	if r.journal == nil {
		return nil
	}
	text, err := json.Marshal(journaled{plan, o, *result, r.samples[result.Index]})
	if err == nil {
		err = r.journal.Append(text, func(w io.Writer) error { return writeRequests(w, p, o.Invalid) })
	}
	if err != nil {
		return fmt.Errorf("agentperf: journal: %w", err)
	}
	return nil
}
