package agentperf

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/internal/spans"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
	"github.com/agentperf/agentperf-go/telemetry"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Config says what to measure and how. Workload and one of Endpoint and Connect are
// required; everything else has a default. A Config is not modified and may be reused.
type Config struct {
	// Profile names a published way to measure, one of [Profiles]: what it determines is the
	// default of the fields here that are zero. Whatever is set besides wins, and Report.Profile
	// lists it. Empty means none.
	Profile string
	// Endpoint is the system under test. It is probed before the first phase, and the
	// findings are in Report.Preflight.
	Endpoint endpoint.Config
	// Connect, if set, replaces Endpoint: it returns a new connection for an agent,
	// numbered from 0. It is called once per agent and once more for each subagent that
	// is live beside it, from several goroutines at a time. A Sender that is an
	// io.Closer is closed when its agent ends.
	Connect func(agent int) trajectory.Sender
	// Load, if set, runs the phases in place of this process, as a fleet of machines does. This
	// process still needs Endpoint or Connect, to ask the endpoint what it serves, to send a lone
	// request when nothing succeeds, and to audit. MaxAgents must be no more than the load can run;
	// the connections that this process can open do not limit it then. PhaseResult.Clients says
	// what each of several clients did. Nil runs the agents in this process.
	Load Load
	// Workload is the recorded sessions that the agents replay. It is only read.
	Workload *trajectory.Workload
	// Policy says how turns become requests. Its API is that of Endpoint, and need only be
	// said with Connect. An empty Model means the model that the
	// endpoint serves, if it serves exactly one. An empty Output means exact lengths if
	// at least nine in ten turns have a recorded one, and free lengths otherwise. A
	// SyntheticFactor of 0 means what two prompts of known text have by the endpoint's
	// count, if it states one.
	Policy trajectory.Policy
	// Tiers are the service levels whose limits are wanted; empty means those published
	// for gpt-oss-120b.
	Tiers []Tier
	// Rule says how long each number of agents is measured and when a tier holds there:
	// [Controlled] or [Point], each with fields of its own. Nil means Controlled{}.
	Rule Rule
	// ClientLag is the largest P99 delay of the client itself, in sending and in
	// noticing what arrives, above which a phase is invalid; 0 means 50 ms, negative
	// means no limit.
	ClientLag time.Duration
	// Label names the system behind Connect. It is in the report, and it is required with
	// Connect and Journal: runs with different labels cannot share a journal.
	Label string
	// Journal, if not empty, is a directory to which every phase is written and synced,
	// so that a run that was killed can be resumed by the same configuration; any other
	// is an error, and so is a journal in use. Whatever would make a phase another
	// measurement belongs to the configuration; credentials do not. On resuming, Seed 0
	// means the journal's seed, and Policy.SyntheticFactor 0 its factor. The requests are in requests.jsonl.gz there.
	Journal string
	// Earlier are journals of earlier runs, whose phases count as evidence. They must be
	// of the same configuration, except for Seed and what only decides which numbers are
	// tried. One without any evidence is an error.
	Earlier []string
	// Seed determines the order of trajectories, start offsets, sampled delays and
	// cache prefixes. 0 draws one at random, so that a second run does not find the
	// server's cache filled by the first; the report says which it was.
	Seed uint64
	// MaxStart is, under Point, the last turn, counted from 0, at which an agent's first
	// trajectory may begin, so that agents do not march in step; 0 means 10, as published,
	// negative means that all begin at turn 0. Under Controlled agents begin where they
	// stand at a random moment of the steady state; see [trajectory.Steady].
	MaxStart int
	// Assigned, if not nil, says under Point which trajectories of Workload each agent plays, by
	// their IDs, in that order and then again; otherwise the order is drawn for each agent. No
	// more agents are tried than it has lists, which must not be empty.
	Assigned [][]string
	// ContextTokens is the context window in tokens. Turns that do not fit are left out,
	// which the report says. 0 means the window that the endpoint states, negative means
	// no limit.
	ContextTokens int
	// Start is the number of agents to try first; 0 means 1. MaxAgents is the largest
	// number to try; 0 means 4096. Each agent has its own connection. If this process
	// may not open enough for Start, Run returns an error; if it may not for MaxAgents,
	// the search stops where it must, with a warning in the report.
	Start, MaxAgents int
	// Audit, if set, asks the system after the answer what tells whether it did the work.
	// Nil is no audit, and the report says so.
	Audit *Audit
	// System states the accelerators, power, price and rack that capacity is divided by.
	// The zero System leaves those figures out.
	System pricing.System
	// Identity says what the system is, for the report. It must not contradict System. Nil
	// states nothing.
	Identity *system.Identity
	// Observers watch the system during each phase, from before its first request until
	// after its drain, and hold up no request; see [telemetry.Observer]. What they saw is in
	// the Server and Power of phases and numbers, and in warnings where it does not agree with
	// what the client saw. A phase takes about a second longer with them. Neither they nor
	// Series need be the same when a journal is resumed; Exclusive must be.
	Observers []telemetry.Observer
	// Series, if set, receives what Observers saw in full, a [telemetry.Recording] after each
	// phase. An error of writing ends the run.
	Series io.Writer
	// Exclusive makes a phase invalid in which the system generated more tokens than the phase
	// accounts for, by the counters that Observers read, or in which nobody knows. Otherwise
	// the former is a warning. The tolerance is 2 % of the tokens of the phase, and what
	// canceled requests may have had.
	Exclusive bool
	// MaxPhases bounds the number of phases; 0 means no bound.
	MaxPhases int
	// Progress, if set, is called with the state of the run, about twice a second during
	// a phase and never concurrently. It must return quickly.
	Progress func(Event)
	// Requests, if set, receives one line of JSON per request, written as it ends, and
	// one per phase; see [Request] and [RequestPhase]. It is called by one goroutine at a
	// time, never by one that measures. An error of writing ends the run once the phase
	// has ended.
	Requests io.Writer
	// Logger, if set, is told what the run does: phases at level Info, warnings at Warn.
	// Nil is silent.
	Logger *slog.Logger
}

const (
	defaultMaxAgents = 4096
	defaultMaxStart  = 10
	mostAgents       = 1_000_000 // in one process; beyond any machine's ports
)

// Validate returns all errors of the configuration, joined, or nil.
func (c Config) Validate() error {
	_, err := c.resolve()
	return err
}

// resolve returns the configuration with all defaults that need no endpoint, and all its
// errors, joined.
func (c Config) resolve() (Config, error) {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("agentperf: "+format, args...)) }
	if c.Profile != "" {
		p, err := LookupProfile(c.Profile)
		errs = append(errs, err)
		c = p.apply(c)
	}
	if len(c.Tiers) == 0 {
		c.Tiers = TierSets()[0].Tiers
	}
	tiers := validateTiers(c.Tiers)
	output, err := resolveOutput(c.Policy.Output, c.Workload)
	errs = append(errs, tiers, err, c.resolveAPI(), c.Policy.Validate(), c.System.Validate(), c.Identity.Validate(), c.Identity.Agree(c.System))
	c.Policy.Output = output
	c.Policy = c.Policy.Resolve()
	if c.Connect == nil {
		errs = append(errs, c.Endpoint.Validate())
	}
	c.Endpoint.Timeout = cmp.Or(c.Endpoint.Timeout, endpoint.DefaultTimeout)
	c.Endpoint.IdleTimeout = cmp.Or(c.Endpoint.IdleTimeout, endpoint.DefaultIdleTimeout)
	if c.ClientLag = cmp.Or(c.ClientLag, load.DefaultClientLag); c.ClientLag > 0 {
		errs = append(errs, spans.Check("agentperf: ClientLag", c.ClientLag, 0))
	}
	errs = append(errs, c.Audit.validate())
	if slices.Contains(c.Observers, nil) {
		bad("an entry of Observers is nil")
	}
	if len(c.Observers) == 0 && (c.Exclusive || c.Series != nil) {
		bad("Exclusive and Series need Observers")
	}
	if c.MaxPhases < 0 {
		bad("MaxPhases is %d, expected 0 or more", c.MaxPhases)
	}
	if c.Connect != nil && c.Journal != "" && c.Label == "" {
		bad("Label is empty: the journal would not know the system behind Connect from another")
	}
	for i, folder := range c.Earlier {
		if folder == "" || c.Journal != "" && filepath.Clean(folder) == filepath.Clean(c.Journal) {
			bad("Earlier[%d] is %q, expected the folder of another journal", i, folder)
		}
	}
	for c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	c.MaxStart = orNone(c.MaxStart, defaultMaxStart)
	if c.MaxAgents == 0 && c.Assigned != nil {
		c.MaxAgents = len(c.Assigned)
	}
	c.MaxAgents, c.Start = cmp.Or(c.MaxAgents, defaultMaxAgents), cmp.Or(c.Start, 1)
	c.Rule = cmp.Or(c.Rule, Rule(Controlled{})).resolve()
	if c.Assigned != nil && c.Workload != nil {
		if c.Rule.steady() {
			bad("Assigned is for the point rule: under Controlled agents are drawn from the steady state")
		}
		if c.MaxAgents > len(c.Assigned) {
			bad("Assigned has lists for %d agents, fewer than MaxAgents, %d", len(c.Assigned), c.MaxAgents)
		}
		_, err := replay.Assigned(c.Assigned, c.Workload)
		errs = append(errs, err)
	}
	if c.Start < 0 || c.MaxAgents < 0 || c.Start > mostAgents || c.MaxAgents > mostAgents {
		bad("Start is %d and MaxAgents %d, expected 0 to %d", c.Start, c.MaxAgents, mostAgents)
	} else if c.Start > c.MaxAgents {
		bad("Start is %d, more than MaxAgents, %d", c.Start, c.MaxAgents)
	}
	var criteria []decide.Tier
	if tiers == nil {
		criteria = criteriaOf(c.Tiers, c.Rule.steady())
	}
	errs = append(errs, c.Rule.validate(criteria, max(1, c.Start)))
	return c, errors.Join(errs...)
}

// resolveOutput checks the workload, and returns the policy's output with its default.
func resolveOutput(output trajectory.Output, w *trajectory.Workload) (trajectory.Output, error) {
	if w == nil || len(w.Trajectories) == 0 {
		return output, errors.New("agentperf: Workload is empty")
	}
	if err := w.Validate(); err != nil {
		return output, fmt.Errorf("agentperf: Workload: %w", err)
	}
	switch l := lengths(w); {
	case output == trajectory.OutputExact && l.missing > 0:
		return output, fmt.Errorf("agentperf: Policy.Output is exact, but no length was recorded for turn %d of %s", l.turn, l.first)
	case output == "" && 10*l.missing > l.turns:
		return trajectory.OutputFree, nil
	}
	return output, nil
}

// recordedLengths counts the turns whose output length was recorded.
type recordedLengths struct {
	turns, missing int
	first          string // the trajectory with the first turn that has none
	turn           int    // that turn
}

func lengths(w *trajectory.Workload) (l recordedLengths) {
	for t := range w.Threads() {
		for i := range t.Turns {
			if l.turns++; t.Turns[i].OutputTokens > 0 {
				continue
			}
			if l.missing++; l.missing == 1 {
				l.first, l.turn = t.ID, i
			}
		}
	}
	return l
}
