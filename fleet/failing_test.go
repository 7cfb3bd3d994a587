package fleet

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A phase of a system that fails says how, by a clock that does not stand still between two looks
// at it as that of a bubble does.
func TestFailingSystem(t *testing.T) {
	x := newTrial(t, nil)
	var failures atomic.Int64
	fails := trajectory.SenderFunc(func(context.Context, *trajectory.Request, *metrics.Clock) error {
		time.Sleep(5 * time.Millisecond)
		return fmt.Errorf("failure %d", failures.Add(1))
	})
	for _, name := range []string{"w0", "w1"} {
		x.begin(name, WorkerConfig{Connect: func(int) trajectory.Sender { return fails }})
	}
	x.c = x.controller(2)
	defer x.end()
	x.plan.Fixed, x.plan.Settle, x.plan.Measure = true, 50*time.Millisecond, 500*time.Millisecond
	p := x.phase(record.Watch{})
	if p.Fault != "" || len(p.Rows) < x.plan.Agents || len(p.Rows) != int(failures.Load()) || len(p.Messages) != len(p.Rows) {
		t.Fatalf("%q, %d rows of %d failures, %d messages", p.Fault, len(p.Rows), failures.Load(), len(p.Messages))
	}
	for i := range p.Rows {
		if r := &p.Rows[i]; r.Outcome != record.Failed || p.Message(r) == "" {
			t.Fatalf("row %d: %s %q", i, r.Outcome, p.Message(r))
		}
	}
}
