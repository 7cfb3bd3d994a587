package fleet

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/trajectory"
)

// batchEvery is how often a worker tells what has happened: the controller knows of it about so
// much later, and the load goes on as much longer than it need.
const batchEvery = 50 * time.Millisecond

// A session is a worker's part in one attempt at a phase.
type session struct {
	w     *worker
	epoch int64
	plan  *wire.Plan
	after <-chan struct{} // closed once the agents of the session before have let go
	gone  chan struct{}   // closed once its own have
	spool spool

	// Set while preparing, before the stage is Ready.
	work   load.Work
	agents []int
	before endpoint.Counters

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
	s := &session{w: w, epoch: p.Epoch, plan: p, gone: make(chan struct{})}
	s.spool.most, s.spool.once = cmp.Or(w.cfg.spool, mostSpool), w.cfg.once
	if w.last != nil {
		s.after = w.last.gone
	}
	w.session = s
	go s.prepare()
}

// prepare finds out what the agents of this worker play, which takes some seconds for a large
// workload.
func (s *session) prepare() {
	if s.after != nil {
		<-s.after
	}
	w, plan := s.w, &s.plan.Plan
	err := func() (err error) {
		if s.plan.Me < 0 || s.plan.Me >= len(s.plan.Capacities) || plan.Agents < 1 || plan.Agents > mostCapacity {
			return fmt.Errorf("a plan of %d agents for worker %d of %d", plan.Agents, s.plan.Me, len(s.plan.Capacities))
		}
		if s.agents = newShare(s.plan.Capacities).agents(s.plan.Me, plan.Agents); len(s.agents) > w.capacity {
			return fmt.Errorf("%d agents for a worker with a capacity of %d", len(s.agents), w.capacity)
		}
		s.work, err = w.crew.Work(plan, func(agent int) trajectory.Sender { return fenced{w.connect(agent), w} }, func(agent int, err error) {
			w.log.Warn("closing a Sender", "agent", agent, "err", err)
		})
		return err
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
		w.refused = err.Error()
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
		s.part.Stop(o.Drain)
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

// tell tells what happens until all is told, or the session is abandoned.
func (s *session) tell(part *load.Part) {
	defer close(s.gone)
	tick := time.NewTicker(batchEvery)
	defer tick.Stop()
	ended := part.Ended()
	for {
		over := false
		select {
		case <-tick.C:
		case <-ended:
			over = true
		}
		if s.abandoned() {
			if ended != nil {
				<-ended
				part.Release()
			}
			return
		}
		if over {
			ended = nil
			s.send(s.spool.batch(s.w.instance, s.epoch, part.Until()))
			s.send(s.spool.manifest(s.w.instance, s.epoch, s.manifest(part)))
		}
		if s.spool.full() {
			s.w.leave("what it had to tell of its requests did not get through and filled its memory")
			continue
		}
		if ended != nil {
			s.send(s.spool.batch(s.w.instance, s.epoch, part.Until()))
		} else if s.spool.told() {
			s.w.ended(s)
			return
		}
		s.send(s.spool.again(time.Now()))
	}
}

// ended says that all of a session is told.
func (w *worker) ended(s *session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.session == s {
		w.stage, w.session = wire.Ended, nil
		w.log.Info("the phase has ended")
		w.due()
	}
}

func (s *session) send(batches []sentBatch) {
	for _, b := range batches {
		if err := s.w.publish(b.data); err != nil {
			s.w.log.Debug("a batch was not sent", "err", err)
			return // it is sent again
		}
	}
}

// manifest returns the manifest of a part that has ended, in JSON.
func (s *session) manifest(part *load.Part) []byte {
	m := wire.Manifest{}
	m.Entries, m.Sum = s.spool.counted()
	m.Client, m.Gaps = part.Release()
	if err := part.Err(); err != nil {
		m.Err = err.Error()
	}
	if s.w.client != nil {
		counted := s.w.client.Counters().Since(s.before)
		m.Reconnects, m.Warnings = counted.Reconnects, counted.Warnings()
	}
	text, err := json.Marshal(&m)
	if err != nil { // of gaps that are no numbers
		text, _ = json.Marshal(&wire.Manifest{Entries: m.Entries, Sum: m.Sum, Client: m.Client, Err: err.Error()})
	}
	return text
}

// check returns the client's check of itself so far; nil outside of a phase.
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
	pulse := part.Pulse()
	if pulse.Fault != "" {
		s.w.leave(pulse.Fault)
	}
	return &pulse.Client
}

// abandon cuts what is open. What has not been told is forgotten.
func (s *session) abandon(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = why
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
