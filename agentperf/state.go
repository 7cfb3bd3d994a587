package agentperf

import (
	"log/slog"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/journal"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// patience is how long a phase goes on waiting for the requests that it measures: somewhat
// longer than one can take.
func (r *run) patience() time.Duration {
	return max(r.cfg.Endpoint.Timeout, endpoint.DefaultTimeout) + 10*time.Second
}

func (r *run) schedule(index, draw int) trajectory.Schedule {
	return trajectory.Schedule{Workload: r.cfg.Workload, Seed: r.cfg.Seed, Phase: index, Draw: draw, MaxStart: given(r.cfg.MaxStart)}
}

// run is a Run or Check under way.
type run struct {
	cfg            Config // resolved
	bounds         decide.Bounds
	tiers          []decide.Tier
	rule           decide.Rule
	connect        func(agent int) trajectory.Sender
	client         *endpoint.Client // nil with Config.Connect
	log            *slog.Logger
	report         *Report
	journal        *journal.Journal // nil without
	succeeded      bool             // any request so far
	earlierDigests []string         // of the records of Config.Earlier
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
