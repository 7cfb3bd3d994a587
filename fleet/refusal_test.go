package fleet

import (
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// refused runs a phase that has to be refused with an error that says all of the words, at once.
func (x *trial) refused(words ...string) error {
	x.t.Helper()
	begun := time.Now()
	p, err := x.c.Phase(x.t.Context(), &x.plan, record.Watch{})
	if err == nil || p != nil {
		x.t.Fatalf("%v, %v", p, err)
	}
	x.names(err.Error(), words...)
	if took := time.Since(begun); took > 2*time.Second {
		x.t.Errorf("it took %v", took)
	}
	if n := x.engine.Stats().Requests; n > 0 {
		x.t.Errorf("%d requests were sent", n)
	}
	return err
}

// A worker with another workload ends the run at once, and is named with both digests.
func TestAnotherWorkload(t *testing.T) {
	try(t, 1, nil, func(x *trial) {
		x.begin("other", WorkerConfig{Workload: workload(x.t, 5, 20, 7, 34)})
		x.c.Close()
		x.workers["w0"].stop()
		x.begin("w0", WorkerConfig{})
		x.workers["other"].stop()
		x.begin("other", WorkerConfig{Workload: workload(x.t, 5, 20, 7, 34)})
		x.c = x.controller(2)
		text := x.refused("worker other", x.plan.Workload[:12], "the one here has ").Error()
		if strings.Contains(text, "w0") {
			t.Errorf("%q blames the other", text)
		}
	})
}

// More agents than the workers can run are an error.
func TestTooManyAgents(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		x.plan.Agents = 17
		if err := x.refused("17 agents", "whose capacity is 8"); !errors.Is(err, ErrWorkers) {
			t.Errorf("%v is no ErrWorkers", err)
		}
		if n := x.c.Capacity(); n != 16 {
			t.Errorf("a capacity of %d", n)
		}
		x.plan.Agents = 16
		x.valid()
	})
}

// A plan that none can run is refused at once, in the words of a LocalLoad; so it is by a worker
// whose controller does not look.
func TestImpossiblePlans(t *testing.T) {
	for want, change := range map[string]func(p *record.Plan){
		"the plan has 0 agents, expected 1 to 1000000":       func(p *record.Plan) { p.Agents = 0 },
		"the plan has -1 agents, expected 1 to 1000000":      func(p *record.Plan) { p.Agents = -1 },
		"the plan has 1000001 agents, expected 1 to 1000000": func(p *record.Plan) { p.Agents = 1000001 },
		"the SpawnRate of the plan is NaN":                   func(p *record.Plan) { p.SpawnRate = math.NaN() },
		"the Measure of the plan is -1s, expected 0 to":      func(p *record.Plan) { p.Measure = -time.Second },
		"the MaxStart of the plan is -1, expected 0 or more": func(p *record.Plan) { p.MaxStart = -1 },
	} {
		try(t, 2, nil, func(x *trial) {
			honest := x.plan
			change(&x.plan)
			err := x.refused(want)
			connect, end := x.connect("one")
			defer end()
			_, local := (&agentperf.LocalLoad{Workload: workload(x.t, 5, 20, 7, 33), Connect: connect}).Phase(x.t.Context(), &x.plan, record.Watch{})
			if got, want := strings.TrimPrefix(err.Error(), "fleet: "), strings.TrimPrefix(local.Error(), "agentperf: "); got != want {
				t.Errorf("the fleet says %q, and one process %q", got, want)
			}
			plan := x.plan
			s := &session{w: &worker{stage: wire.Prepare}, plan: &wire.Plan{Plan: plan, Capacities: []int{1}}, quit: func() {}}
			s.w.log, s.w.changed, s.w.session = slog.New(slog.DiscardHandler), make(chan struct{}, 1), s
			if s.prepare(x.t.Context()); !strings.HasPrefix(s.w.refused, want) {
				t.Errorf("a worker says %q, want %q", s.w.refused, want)
			}
			x.plan = honest
			x.valid()
		})
	}
}

// A plan that is longer than a message is an error.
func TestPlanTooLong(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		for range x.plan.Agents {
			x.plan.Assigned = append(x.plan.Assigned, []string{"t0", strings.Repeat("x", bus.MaxMessage/8)})
		}
		x.refused("the plan cannot be sent")
	})
}

// A worker whose records do not get through forgets them in the end, holds up no agent, and the
// phase is invalid.
func TestSpoolOverflows(t *testing.T) {
	tryWith(t, WorkerConfig{spool: 8000}, 2, func(_ *trial, m bus.Message) []time.Duration {
		if b := batchOf(m); b != nil && m.From == "w1" {
			return nil
		}
		return []time.Duration{0}
	}, func(x *trial) {
		x.after(2*time.Second, func() { // agents go on
			before := x.sentBy("w1")
			time.Sleep(2 * time.Second)
			if n := x.sentBy("w1") - before; n < 4 {
				t.Errorf("%d requests in 2 s", n)
			}
		})
		x.plan.Measure = 30 * time.Second
		begun := time.Now()
		x.invalid("worker w1 has left the phase", "filled its memory")
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
