package agentperf

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/journal"
	"github.com/agentperf/agentperf-go/internal/observe"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/trajectory"
)

// run is a Run or Check under way. It holds what phases and the report need of the
// configuration, by the names of its fields there.
type run struct {
	tiers      []Tier
	criteria   []decide.Tier // of tiers
	rule       decide.Rule
	load       Load
	script     *replay.Script
	population *population // the workload
	steady     *population // the same; nil under a rule whose agents begin in their first turns
	bounds     decide.Bounds
	policy     trajectory.Policy
	schedule   trajectory.Schedule // of no phase yet
	assigned   [][]string
	latest     decide.Plan       // of the latest phase
	digest     string            // of the workload
	reuse      *trajectory.Reuse // that it allows
	clientLag  time.Duration
	patience   time.Duration
	maxPhases  int
	id         string    // drawn
	check      int       // the number of agents of a Check; 0 of a Run
	auditing   *Audit    // nil without
	requests   io.Writer // nil without
	series     io.Writer // nil without
	exclusive  bool
	observers  *observe.Team
	progress   func(Event) // nil without
	log        *slog.Logger

	connect   func(agent int) trajectory.Sender
	client    *endpoint.Client // nil with Config.Connect
	report    *Report
	samples   map[int]*phaseSample // by index of the phase
	journal   *journal.Journal     // nil without
	succeeded bool                 // any request so far
	repeats   int                  // of the latest phase, in which a Load failed
	shutOut   map[string]bool      // clients that had no answers in the latest phase
}

// newRun returns a run of a resolved configuration that is complete but for what the
// endpoint, the workload and the journal say.
func newRun(cfg *Config, numbers []int) *run {
	r := &run{
		tiers: cfg.Tiers, criteria: criteriaOf(cfg.Tiers, cfg.Rule.steady()), bounds: boundsOf(cfg, numbers),
		clientLag: cfg.ClientLag, patience: max(cfg.Endpoint.Timeout, endpoint.DefaultTimeout) + 10*time.Second, // somewhat longer than a request can take
		maxPhases: cfg.MaxPhases, id: fmt.Sprintf("%016x", rand.Uint64()), auditing: cfg.Audit, requests: cfg.Requests, series: cfg.Series, exclusive: cfg.Exclusive, observers: observe.New(cfg.Observers), progress: cfg.Progress, log: cfg.Logger, connect: cfg.Connect, report: newReport(), samples: make(map[int]*phaseSample), shutOut: make(map[string]bool),
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.report.Run = r.id
	if cfg.Audit != nil {
		r.report.Audit.Reason = "there was no answer to audit"
	}
	if cfg.System != (pricing.System{}) {
		r.report.System = &cfg.System
	}
	return r
}

// boundsOf returns where a run may look; numbers are those of a Check or Measure.
func boundsOf(cfg *Config, numbers []int) decide.Bounds {
	b := decide.Bounds{Min: 1, Max: cfg.MaxAgents, Start: cfg.Start}
	if len(numbers) > 0 {
		b.Min = numbers[0]
	}
	if len(numbers) > 1 {
		b.List = slices.Clone(numbers)
	}
	return b
}

func (r *run) close() {
	if r.client != nil {
		r.client.Close()
	}
	if r.journal != nil {
		r.journal.Close() // all in it is on disk
	}
}

// warn adds warnings to the report.
func (r *run) warn(code string, texts ...string) {
	for _, text := range texts {
		r.report.Warnings = append(r.report.Warnings, metrics.Warning{Code: code, Text: text})
		r.log.Warn(text, "code", code)
	}
}
