package fleet

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A trial is a fleet whose phases a test runs one by one.
type trial struct {
	*world
	engine  *endpointtest.Engine
	c       *Controller
	workers map[string]*process
	plan    record.Plan
	afters  sync.WaitGroup
}

// try runs f with a fleet of so many workers w0, w1, ..., whose agents are half of what they can
// run. faults may be nil.
func try(t *testing.T, workers int, faults func(x *trial, m bus.Message) []time.Duration, f func(x *trial)) {
	t.Helper()
	tryWith(t, WorkerConfig{}, workers, faults, f)
}

func tryWith(t *testing.T, cfg WorkerConfig, workers int, faults func(x *trial, m bus.Message) []time.Duration, f func(x *trial)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		x := newTrial(t, faults)
		for i := range workers {
			x.begin(fmt.Sprintf("w%d", i), cfg)
			time.Sleep(137 * time.Millisecond) // the zero of each clock is another
		}
		x.c = x.controller(workers)
		defer x.end()
		f(x)
	})
}

func newTrial(t *testing.T, faults func(x *trial, m bus.Message) []time.Duration) *trial {
	engine := &endpointtest.Engine{PerRequest: 20}
	x := &trial{world: newWorld(t, engine), engine: engine, workers: make(map[string]*process)}
	if faults != nil {
		x.hub.Faults = func(m bus.Message) []time.Duration { return faults(x, m) }
	}
	w := workload(t, 5, 20, 7, 33)
	policy := trajectory.Policy{Model: "simulated"}.Resolve()
	w.Encode(policy)
	x.plan = record.Plan{
		Run: "00000000000000ab", Seed: 42, MaxStart: 2, Workload: replay.Digest(w, &policy), Policy: policy,
		Shape: record.Shape{Agents: 8, Settle: time.Second, Measure: 20 * time.Second, Timeout: time.Minute, Patience: 20 * time.Second, Drain: 5 * time.Second},
	}
	return x
}

func (x *trial) begin(name string, cfg WorkerConfig) {
	if cfg.Workload == nil {
		cfg.Workload = workload(x.t, 5, 20, 7, 33)
	}
	if cfg.Capacity == 0 {
		cfg.Capacity = 8
	}
	x.workers[name] = x.start(name, cfg)
}

// end ends the fleet: all workers are dismissed, or stopped.
func (x *trial) end() {
	x.afters.Wait()
	x.c.Close()
	for _, p := range x.workers {
		p.stop()
	}
}

// phase runs a phase.
func (x *trial) phase(watch record.Watch) *record.Phase {
	x.t.Helper()
	plan := x.plan
	p, err := x.c.Phase(x.t.Context(), &plan, watch)
	if err != nil {
		x.t.Fatalf("phase %d: %v", x.plan.Index, err)
	}
	x.plan.Index++
	return p
}

// valid runs a phase that has to be valid and right: with each request once, as the engine has
// counted them.
func (x *trial) valid() *record.Phase {
	x.t.Helper()
	before := x.engine.Stats().Requests
	p := x.phase(record.Watch{})
	if p.Fault != "" || p.Ending != record.Complete {
		x.t.Fatalf("phase %d: %q, %s", p.Index, p.Fault, p.Ending)
	}
	if n := x.engine.Stats().Requests - before; len(p.Rows) != n || len(p.Open) != 0 || p.Up != x.plan.Agents {
		x.t.Errorf("phase %d: %d rows and %d open ones of %d requests, %d agents", p.Index, len(p.Rows), len(p.Open), n, p.Up)
	}
	// By hand: at 20 tokens a second answers take 1 s, 0.35 s and 1.65 s, which the requests of an
	// agent follow without a pause. The window is 20 s long and waits for what began in it.
	busy, last := make([]time.Duration, x.plan.Agents), make([]time.Duration, x.plan.Agents)
	for i := range p.Rows {
		r := &p.Rows[i]
		if took := r.End - r.Sent; r.Outcome != record.Canceled && took != time.Duration(r.Completion)*50*time.Millisecond {
			x.t.Errorf("%s: %d tokens took %v", r.Outcome, r.Completion, took)
		}
		busy[r.Agent] += r.End - r.Begun
		last[r.Agent] = max(last[r.Agent], r.End)
	}
	for agent := range busy {
		if busy[agent] != last[agent] || last[agent] < p.WindowEnd || p.WindowEnd-p.Settled != x.plan.Measure {
			x.t.Errorf("agent %d was busy for %v until %v, window %v to %v", agent, busy[agent], last[agent], p.Settled, p.WindowEnd)
		}
	}
	return p
}

// invalid runs a phase that has to be invalid, for a reason that names all of the words.
func (x *trial) invalid(words ...string) *record.Phase {
	x.t.Helper()
	p := x.phase(record.Watch{})
	x.names(p.Fault, words...)
	return p
}

func (x *trial) names(text string, words ...string) {
	x.t.Helper()
	if text == "" {
		x.t.Error("the phase is valid")
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			x.t.Errorf("%q, want it to say %q", text, word)
		}
	}
}

// after does something that long after the start of the phase that begins next.
func (x *trial) after(d time.Duration, f func()) {
	x.afters.Go(func() {
		for sent := x.engine.Stats().Requests; x.engine.Stats().Requests == sent; {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(d)
		f()
	})
}

// canceled runs a phase that is canceled by f, and returns how long that took.
func (x *trial) canceled(f func(cancel context.CancelCauseFunc)) (took time.Duration, p *record.Phase, err error) {
	ctx, cancel := context.WithCancelCause(x.t.Context())
	var at time.Time
	f(func(cause error) { at = time.Now(); cancel(cause) })
	p, err = x.c.Phase(ctx, &x.plan, record.Watch{})
	return time.Since(at), p, err
}

// sentBy returns how many requests a worker has sent.
func (w *world) sentBy(worker string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent[worker]
}
