package slt

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/instant"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// failurePause is the least time between the end of a query that failed before
// anything was streamed and the next, so that a dead server is not hammered.
const failurePause = time.Second

// worker returns what each worker of a level does: it keeps one query in flight.
func (s *sweep) worker(level int) load.Work {
	return func(soft, hard context.Context, a *load.Agent) error {
		sender := s.connect(a.Index)
		defer load.Close(sender) // what it held says nothing of the system, nor does an error
		rng := random(s.cfg.Seed, level, a.Index)
		prompts := s.shape.prompter(rng)
		from, until := a.Window()
		for due := a.Due; instant.SleepUntil(soft, due); {
			query := s.shape.query(rng, prompts)
			var clock metrics.Clock
			clock.Due(due)
			clock.Window(from, until)
			request := a.Begin(row(query))
			err := trajectory.Send(hard, sender, query, &clock)
			t := clock.Timing()
			request.Window(t.Within)
			request.End(t, err)
			due = time.Now()
			if !t.Sent.IsZero() {
				due = t.Sent.Add(t.E2E)
			}
			if err != nil && !clock.Streamed() {
				due = due.Add(failurePause)
			}
		}
		return nil
	}
}

// query returns the next query of a worker.
func (s shape) query(rng *rand.Rand, prompts *prompter) *trajectory.Request {
	q := &trajectory.Request{
		Session: fmt.Sprintf("%016x", rng.Uint64()), API: s.api, Body: [][]byte{prompts.next()}, MaxTokens: s.most(),
	}
	if s.forced() {
		q.ForcedTokens = q.MaxTokens
	}
	return q
}

// row returns what is known of a query before it is sent.
func row(q *trajectory.Request) record.Row {
	r := record.New()
	r.Play = record.None
	if q.MaxTokens > 0 {
		r.MaxTokens = int32(q.MaxTokens)
	}
	r.Forced = q.ForcedTokens > 0
	return r
}
