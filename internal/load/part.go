package load

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/instant"
	"github.com/agentperf/agentperf-go/internal/selfcheck"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/metrics"
)

// A PartConfig says which agents of a phase to run.
type PartConfig struct {
	// Shape says when agents start.
	Shape record.Shape
	// Agents are their indices in the phase, in increasing order.
	Agents []int
	// Start is when the phase begins, by this process's clock.
	Start time.Time
	// Context is the context window that requests were made to fit; 0 if it is unknown.
	Context int
	// Tell takes in what happens, in order and not concurrently. It must not block.
	Tell func(Entry)
}

// A Part runs some of the agents of a phase, in a process that does not decide when its window
// ends: a [Merge] does, of what all parts tell. Its methods are safe for concurrent use.
type Part struct {
	cfg   PartConfig
	stop  context.CancelCauseFunc // begins no further request
	cut   context.CancelCauseFunc // cuts what is open
	whole context.Context         // done once cut was called; hard also with the error of an agent
	hard  context.Context
	check *selfcheck.Watch
	gaps  []metrics.Gaps
	ended chan struct{}
	err   error // once ended

	closing sync.Once
	client  atomic.Pointer[record.Client] // nil until the window has ended

	mu       sync.Mutex // agents wait for it
	plays    int32
	threads  names
	messages names
	requests int64
	fault    string
}

// StartPart starts the agents of a part, each when it is due. They go on until the part is
// stopped or cut, or ctx is done.
func StartPart(ctx context.Context, cfg PartConfig, work Work) *Part {
	whole, cut := context.WithCancelCause(ctx)
	group, hard := errgroup.WithContext(whole)
	soft, stop := context.WithCancelCause(hard)
	p := &Part{
		cfg: cfg, stop: stop, cut: cut, whole: whole, hard: hard, check: selfcheck.Start(), ended: make(chan struct{}),
		gaps: make([]metrics.Gaps, max(1, min(len(cfg.Agents), gapShards))), threads: names{most: mostThreads}, messages: names{most: mostMessages},
	}
	p.threads.index("")
	p.messages.index("")
	group.Go(func() error {
		for _, i := range cfg.Agents {
			due := cfg.Start.Add(cfg.Shape.Due(i))
			if !instant.SleepUntil(soft, due) {
				return nil
			}
			p.tell(Entry{Kind: Up, Agent: int32(i)})
			group.Go(func() error { return work(soft, hard, &Agent{Index: i, Due: due, host: p}) })
		}
		return nil
	})
	done := make(chan error, 1)
	go func() { done <- group.Wait() }()
	go p.await(done)
	return p
}

// await waits for the agents. It waits no longer than letGo for those whose requests were cut.
func (p *Part) await(done <-chan error) {
	defer close(p.ended)
	defer p.cut(errOver)
	full := time.NewTicker(fullEvery)
	defer full.Stop()
	for cut := p.hard.Done(); ; {
		select {
		case p.err = <-done:
			return
		case <-full.C:
			if sockets.Full() {
				p.fail(sockets.ErrFull.Error())
			}
			continue
		case <-cut:
		}
		select {
		case p.err = <-done:
		case <-time.After(letGo):
			p.err = ErrStuck
		}
		return
	}
}

func (p *Part) fail(fault string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
}

// Open says that the window has begun: the check of this client begins with it.
func (p *Part) Open() { p.check.Mark() }

// Close says that the window has ended, and with it the check.
func (p *Part) Close() {
	p.closing.Do(func() { p.client.Store(clientOf(p.check.Read())) })
}

// Stop makes agents begin no further request. Those that are open are cut after a while.
func (p *Part) Stop(drain time.Duration) {
	p.Close()
	p.stop(errOver)
	go func() {
		timer := time.NewTimer(drain)
		defer timer.Stop()
		select {
		case <-p.ended:
		case <-timer.C:
			p.cut(errDrain)
		}
	}()
}

// Cut cuts every request at once, for the given reason.
func (p *Part) Cut(why error) { p.cut(why) }

// Ended is closed once all agents have ended, or have not let go of requests that were cut.
func (p *Part) Ended() <-chan struct{} { return p.ended }

// Err returns, once the part has ended, the error of an agent, or [ErrStuck].
func (p *Part) Err() error {
	if p.err != nil && errors.Is(context.Cause(p.whole), p.err) {
		return nil // it was cut
	}
	return p.err
}

// Release ends the check of the client, and returns it and the gaps of the part, which has
// ended.
func (p *Part) Release() (record.Client, *metrics.Gaps) {
	p.Close()
	p.check.Stop()
	var gaps metrics.Gaps
	for i := range p.gaps {
		gaps.Merge(&p.gaps[i])
	}
	return *p.client.Load(), &gaps
}

// Check returns the client's check of itself in the window so far. It may take milliseconds and
// leave 2 MB of garbage, so that it is not for every moment; no agent waits for it.
func (p *Part) Check() record.Client {
	if c := p.client.Load(); c != nil {
		return *c
	}
	return *clientOf(p.check.Read())
}

// Fault says why the client itself has failed; empty if it has not.
func (p *Part) Fault() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault
}

// Until returns an instant of which all entries before have been told.
func (p *Part) Until() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now()
}

// now returns the time since the start. The caller holds the lock, so that entries are in order.
func (p *Part) now() time.Duration { return max(0, time.Since(p.cfg.Start)) }

func (p *Part) tell(e Entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.At = p.now()
	p.cfg.Tell(e)
}

// These make it the host of its agents.

func (p *Part) bounds() (from, until time.Time) {
	settle := p.cfg.Shape.Ramp() + p.cfg.Shape.Settle
	return p.cfg.Start.Add(settle), p.cfg.Start.Add(settle + p.cfg.Shape.Measure)
}

func (p *Part) gapsOf(agent int) *metrics.Gaps { return &p.gaps[agent%len(p.gaps)] }

func (p *Part) play(of record.Play) int32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cfg.Tell(Entry{Kind: Play, At: p.now(), Agent: of.Agent, Text: of.Trajectory, Session: of.Session})
	p.plays++
	return p.plays - 1
}

func (p *Part) thread(id string) int32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.name(Thread, &p.threads, id, p.now())
}

// name returns the number of a name, and tells of it now if it is new.
func (p *Part) name(kind Kind, in *names, name string, now time.Duration) int32 {
	before := len(in.all)
	i := in.index(name)
	if len(in.all) > before {
		p.cfg.Tell(Entry{Kind: kind, At: now, Text: in.all[i]})
	}
	return i
}

func (p *Part) begin(q *Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q.id = p.requests
	p.requests++
	q.row.Begun = p.now()
	p.cfg.Tell(Entry{Kind: Begin, At: q.row.Begun, Agent: q.row.Agent, Request: q.id, Row: q.row})
}

func (p *Part) first(q *Request, t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q.row.First = t.Sub(p.cfg.Start)
	p.cfg.Tell(Entry{Kind: First, At: p.now(), Agent: q.row.Agent, Request: q.id, Row: record.Row{First: q.row.First}})
}

func (p *Part) finish(q *Request, t *metrics.Timing, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	message, stated := q.conclude(t, err, p.hard, p.cfg.Start, now, p.cfg.Context)
	if message != "" {
		q.row.Message = p.name(Message, &p.messages, message, now) // at the instant of the end, or that would be told out of order
	}
	p.cfg.Tell(Entry{Kind: End, At: now, Agent: q.row.Agent, Request: q.id, Row: q.row, Context: stated})
}

func (p *Part) completed(agent int) { p.tell(Entry{Kind: Completed, Agent: int32(agent)}) }

func (p *Part) part(q *Request, part metrics.Part) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q.row.WindowBytes, q.row.WindowTokens = int32(part.Bytes), part.Tokens
}
