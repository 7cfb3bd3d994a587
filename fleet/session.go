package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A session is a worker's part in one attempt at a phase.
type session struct {
	w     *worker
	epoch int64
	plan  *wire.Plan
	after <-chan struct{}    // closed once the agents of the session before have let go
	gone  chan struct{}      // closed once its own have
	quit  context.CancelFunc // ends preparing
	spool spool

	// Set while preparing, before the stage is Ready.
	work   load.Work
	agents []int
	before endpoint.Counters

	checked time.Time // when the client last checked itself, of the goroutine that reports

	mu       sync.Mutex
	prepared bool
	part     *load.Part // nil until it is started
	opened   bool
	closed   bool
	stopped  bool
	left     error // why the session was abandoned
}

// prepare begins the session of a plan.
func (w *worker) prepare(p *wire.Plan) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.Controller != w.controller || p.Epoch < w.epoch || p.Epoch == w.epoch && (w.session != nil || w.stage != wire.Prepare) {
		return
	}
	if p.Epoch > w.epoch {
		w.enter(p.Epoch)
	}
	ctx, quit := context.WithCancel(w.ctx)
	s := &session{w: w, epoch: p.Epoch, plan: p, gone: make(chan struct{}), quit: quit}
	s.spool.most, s.spool.once = cmp.Or(w.cfg.spool, mostSpool), w.cfg.once
	if w.last != nil {
		s.after = w.last.gone
	}
	w.session = s
	go s.prepare(ctx)
}

// prepare finds out what the agents of this worker play, which takes some seconds for a large
// workload, and whether it reaches the endpoint.
func (s *session) prepare(ctx context.Context) {
	defer s.quit()
	if s.after != nil {
		<-s.after
	}
	w, plan := s.w, &s.plan.Plan
	err := func() (err error) {
		if s.plan.Me < 0 || s.plan.Me >= len(s.plan.Capacities) {
			return fmt.Errorf("a plan for worker %d of %d", s.plan.Me, len(s.plan.Capacities))
		}
		if err := replay.Check(plan); err != nil {
			return err
		}
		if s.agents = newShare(s.plan.Capacities).agents(s.plan.Me, plan.Agents); len(s.agents) > w.capacity {
			return fmt.Errorf("%d agents for a worker with a capacity of %d", len(s.agents), w.capacity)
		}
		s.work, err = w.script.Work(plan, func(agent int) trajectory.Sender { return fenced{w.connect(agent), w} }, func(agent int, err error) {
			w.log.Warn("closing a Sender", "agent", agent, "err", err)
		})
		if err != nil {
			return err
		}
		return w.reach(ctx, s.plan)
	}()
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.due()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.prepared = true; s.left != nil {
		close(s.gone)
	}
	switch {
	case w.session != s:
	case err != nil:
		w.refused = shortened(err.Error())
		w.log.Warn("the plan cannot be run here", "err", err)
	default:
		w.stage = wire.Ready
	}
}

// obey does what an order says of the phase. The caller holds the lock of the worker.
func (s *session) obey(o *wire.Order) {
	s.spool.acked(o.Acked)
	w := s.w
	if o.Cut != "" && w.stage != wire.Run {
		w.leaveLocked(o.Cut)
		w.due()
		return
	}
	if (o.Stage == wire.Run || o.Stage == wire.Stop) && w.stage == wire.Ready {
		if late := w.clock() - o.Start; late >= 0 {
			w.leaveLocked(fmt.Sprintf("the order to start came %v too late", late.Round(time.Millisecond)))
			w.due()
			return
		}
		s.begin(o.Start)
		w.stage = wire.Run
		w.due()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.part == nil {
		return
	}
	if o.Cut != "" {
		s.part.Cut(errors.New(o.Cut)) // what came of its requests is told all the same
		return
	}
	if o.Opened && !s.opened {
		s.opened = true
		s.part.Open()
	}
	if o.Closed && !s.closed {
		s.closed = true
		s.part.Close()
	}
	if o.Stage == wire.Stop && !s.stopped {
		s.stopped = true
		s.part.Stop(max(0, o.Start+o.Drained-w.clock()))
	}
}

// begin starts the agents, each when it is due.
func (s *session) begin(start time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.w
	if w.client != nil {
		s.before = w.client.Counters()
	}
	s.part = load.StartPart(w.ctx, load.PartConfig{
		Shape: s.plan.Plan.Shape, Agents: s.agents, Start: w.began.Add(start), Context: s.plan.Plan.Policy.Window, Tell: s.spool.tell,
	}, s.work)
	w.log.Info("a phase begins", "agents", len(s.agents), "of", s.plan.Plan.Agents)
	go s.tell(s.part)
}

// checkEvery is the time between two checks of the client by itself, which take milliseconds and
// leave garbage: often enough for a look, of which the first is seconds into the window.
const checkEvery = time.Second

// check returns the client's check of itself so far; nil outside of a phase, and while the last
// one is new.
func (s *session) check() *record.Client {
	s.mu.Lock()
	part := s.part
	s.mu.Unlock()
	if part == nil {
		return nil
	}
	select {
	case <-part.Ended():
		return nil
	default:
	}
	if fault := part.Fault(); fault != "" {
		s.w.leave(s, fault)
	}
	if time.Since(s.checked) < checkEvery {
		return nil
	}
	s.checked = time.Now()
	client := part.Check()
	return &client
}

// abandon cuts what is open. What has not been told is forgotten.
func (s *session) abandon(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = why
	s.quit()
	switch {
	case s.part != nil:
		s.part.Cut(why)
	case s.prepared:
		close(s.gone)
	}
}

func (s *session) abandoned() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.left != nil
}
