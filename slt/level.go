package slt

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/instant"
	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/metrics"
)

// record is one query as it went.
type record struct {
	begin   time.Time
	timing  metrics.Timing
	outcome endpoint.Outcome
	message string
	short   bool // the answer was forced to a length and is shorter
	over    bool // it is longer than was asked for
}

// failed reports whether the query failed by the server's fault.
func (r *record) failed() bool {
	return r.outcome != endpoint.OutcomeOK && r.outcome != endpoint.OutcomeCanceled && r.outcome != endpoint.OutcomeLocal
}

// end returns when the query ended.
func (r *record) end() time.Time { return r.timing.Sent.Add(r.timing.E2E) }

// crew is the workers of one level and what they saw.
type crew struct {
	client *endpoint.Client
	shape  shape
	seed   uint64
	level  int

	mu      sync.Mutex
	records []record
}

// failurePause is the least time between the end of a query that failed before
// anything was streamed and the next, so that a dead server is not hammered.
const failurePause = time.Second

// work keeps one query in flight.
func (c *crew) work(soft, hard context.Context, w *phase.Worker) error {
	conn := c.client.Conn()
	defer conn.Close()
	rng := random(c.seed, c.level, w.Index)
	prompts := c.shape.prompter(rng)
	from, until := w.Window()
	for due := w.Due; instant.SleepUntil(soft, due); {
		session := fmt.Sprintf("%016x", rng.Uint64())
		body := prompts.next()
		var clock metrics.Clock
		clock.Due(due)
		clock.Window(from, until)
		request := w.Begin()
		r := record{begin: request.Began}
		_, err := conn.Stream(hard, session, [][]byte{body}, &clock)
		r.timing = clock.Timing()
		r.outcome = endpoint.OutcomeOK
		if e, ok := errors.AsType[*endpoint.Error](err); ok {
			r.outcome, r.message = e.Outcome, err.Error()
		}
		if err == nil && c.shape.forced() && r.timing.UsageReported {
			r.short, r.over = r.timing.Tokens < c.shape.tokens, r.timing.Tokens > c.shape.tokens
		}
		request.End(err == nil)
		c.add(r)
		if r.outcome == endpoint.OutcomeLocal {
			w.Stop() // whatever follows says nothing about the system
		}
		due = r.end()
		if err != nil && !clock.Streamed() {
			due = due.Add(failurePause)
		}
	}
	return nil
}

func (c *crew) add(r record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records = append(c.records, r)
}
