package agentperf

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// crew is the agents of one phase and what they saw.
type crew struct {
	cfg     Config
	connect func(agent int) trajectory.Sender
	phase   int
	gaps    []metrics.Gaps // agents share them in groups

	mu      sync.Mutex
	records []record
	flying  map[*gate]flight
}

// gapShards bounds the number of gap histograms of a phase: enough for their
// locks not to be fought over.
const gapShards = 16

func newCrew(cfg Config, connect func(int) trajectory.Sender, index, agents int) *crew {
	return &crew{cfg: cfg, connect: connect, phase: index, gaps: make([]metrics.Gaps, min(agents, gapShards)), flying: make(map[*gate]flight)}
}

// work is the life of one agent.
func (c *crew) work(soft, hard context.Context, w *phase.Worker) error {
	agent := w.Index
	replayer := trajectory.NewReplayer(func() trajectory.Sender {
		return &gate{sender: c.connect(agent), hard: hard, worker: w, crew: c}
	}, c.cfg.Policy, &c.gaps[agent%len(c.gaps)])
	defer replayer.Close()
	replayer.StartAt(w.Due)
	for play := range c.cfg.schedule(c.phase).Plays(agent) {
		for res := range replayer.Play(soft, play) {
			r := newRecord(agent, play, res)
			c.add(r, res.Sender.(*gate))
			if r.outcome == endpoint.OutcomeLocal {
				w.Stop() // whatever follows says nothing about the system
			}
			// A play that began in the middle is no whole trajectory.
			if res.Completed && play.Start == 0 && r.outcome != endpoint.OutcomeCanceled {
				w.Completed()
			}
		}
		if soft.Err() != nil {
			return nil
		}
	}
	return nil
}

func newRecord(agent int, play trajectory.Play, res trajectory.Result) record {
	r := record{
		agent: agent, play: play, subagent: res.Subagent, turn: res.Turn,
		input: res.Recorded.PromptTokens,
		begin: res.Sender.(*gate).began, maxTokens: res.MaxTokens, timing: res.Timing,
	}
	r.outcome, r.message = outcomeOf(res.Err)
	if !r.failed() {
		r.speed, r.measurable = res.Timing.OutputSpeed()
		r.short = res.Forced && res.Timing.UsageReported && res.Timing.Tokens < res.MaxTokens
		r.over = res.Forced && res.Timing.UsageReported && res.Timing.Tokens > res.MaxTokens
	}
	return r
}

// add adds a request that has ended, and which went through g.
func (c *crew) add(r record, g *gate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records = append(c.records, r)
	delete(c.flying, g)
}

// begun says that a request is open. It is until its record is added.
func (c *crew) begun(g *gate, f flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flying[g] = f
}

// first says when the first output of an open request came.
func (c *crew) first(g *gate, t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.flying[g]
	f.first = t
	c.flying[g] = f
}

// ledger returns what is known now.
func (c *crew) ledger(times phase.Times, now time.Time) *ledger {
	c.mu.Lock()
	defer c.mu.Unlock()
	times.WindowEnd = now
	l := &ledger{times: times, now: now, block: c.cfg.Rules.Block, ended: c.records[:len(c.records):len(c.records)]}
	for _, f := range c.flying {
		l.flying = append(l.flying, f)
	}
	return l
}

// gate stands between one thread of a replayer and its connection and tells the
// phase of each request. A replayer stops between requests when the phase is
// over; an open request goes on until the phase cuts it.
type gate struct {
	sender trajectory.Sender
	hard   context.Context
	worker *phase.Worker
	crew   *crew
	began  time.Time // the last request
}

func (g *gate) Send(_ context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	request := g.worker.Begin()
	g.began = request.Began
	clock.First = func(t time.Time) { g.crew.first(g, t) }
	g.crew.begun(g, flight{play: r.Session, begin: g.began, tokens: r.ForcedTokens})
	err := trajectory.Send(g.hard, g.sender, r, clock)
	if _, typed := errors.AsType[*endpoint.Error](err); err != nil && !typed && g.hard.Err() != nil {
		// Whatever a Sender calls it, it was us who cut the request.
		err = &endpoint.Error{Outcome: endpoint.OutcomeCanceled, Err: err}
	}
	request.End(err == nil)
	return err
}

// Close closes the connection.
func (g *gate) Close() error {
	if closer, ok := g.sender.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}
