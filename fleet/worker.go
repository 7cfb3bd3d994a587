package fleet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// sayEvery is how often orders and reports are said again: well below the least lease, and a
// few hundred bytes each time.
const sayEvery = 250 * time.Millisecond

// A RejectedError says that a worker cannot be of its fleet.
type RejectedError struct {
	// Why says it in words of the controller.
	Why string
}

func (e *RejectedError) Error() string { return "fleet: the controller rejects this worker: " + e.Why }

// Serve runs the agents that a controller wants run, until the run is over or ctx is done. While
// there is no controller, or the connection to the server is lost, it waits. The error is that
// of the configuration or of the server, a [*RejectedError], or the cause of ctx.
func Serve(ctx context.Context, cfg WorkerConfig) error {
	cfg, err := cfg.resolve()
	if err != nil {
		return err
	}
	w := &worker{
		cfg: cfg, log: cfg.Logger, instance: rand.Text(), build: build(), began: time.Now(), crew: replay.Recruit(cfg.Workload), connect: cfg.Connect,
		stage: wire.Idle, done: make(chan error, 1), changed: make(chan struct{}, 1),
	}
	if w.connect == nil {
		if w.client, err = endpoint.New(cfg.Endpoint); err != nil {
			return err
		}
		defer w.client.Close()
		w.connect = func(int) trajectory.Sender { return agentperf.HTTPSender(w.client.Conn()) }
		w.endpoint = address(cfg.Endpoint.URL)
	}
	if w.capacity = cfg.Capacity; w.capacity == 0 {
		if w.capacity = usualCapacity; w.client != nil {
			w.capacity = fitting(usualCapacity, replay.Connections(cfg.Workload))
		}
	}
	if w.conn, err = cfg.connect(ctx); err != nil {
		return fmt.Errorf("fleet: %w", err)
	}
	defer w.conn.Close()
	var cancel context.CancelFunc
	w.ctx, cancel = context.WithCancel(ctx)
	defer cancel()
	if err := w.conn.Subscribe(bus.To(cfg.Fleet, cfg.Name), w.hear); err != nil {
		return fmt.Errorf("fleet: %w", err)
	}
	return w.serve(ctx)
}

// address returns a URL without what may be secret.
func address(of string) string {
	u, err := url.Parse(of)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// fitting returns how many agents this machine may open connections for, at most so many.
func fitting(most, each int) int {
	agents, _, err := sockets.Here().Fit(1, most, each, true, func(n int) string { return fmt.Sprintf("%d agents", n) })
	if err != nil {
		return 1
	}
	return agents
}

// worker is one under way.
type worker struct {
	cfg      WorkerConfig
	log      *slog.Logger
	instance string
	build    string
	began    time.Time // the zero of its clock
	crew     *replay.Crew
	connect  func(agent int) trajectory.Sender
	client   *endpoint.Client // nil with Connect
	endpoint string
	capacity int
	conn     bus.Conn
	ctx      context.Context
	done     chan error    // takes how it ends
	changed  chan struct{} // has an element when a report is due

	reports  int64        // made, of the goroutine that does
	deadline atomic.Int64 // of the lease, by its clock; requests are not sent after it

	mu         sync.Mutex
	controller string // that it obeys; empty without
	ordered    int64  // the number of the last order of the latest
	dismissed  string // the controller that has dismissed it
	latest     string // that it obeyed last
	epoch      int64
	stage      wire.Stage
	refused    string
	failed     string
	session    *session // of the epoch; nil without
	last       *session // whose agents may still be letting go
}

// clock returns the time by the worker's clock.
func (w *worker) clock() time.Duration { return time.Since(w.began) }

// serve reports until the worker is dismissed.
func (w *worker) serve(ctx context.Context) error {
	tick := time.NewTicker(sayEvery)
	defer tick.Stop()
	defer w.rest()
	guarded := make(chan struct{})
	defer func() { <-guarded }()
	over := make(chan struct{})
	defer close(over)
	go func() { defer close(guarded); w.guard(over) }()
	for {
		w.report()
		select {
		case <-tick.C:
		case <-w.changed:
		case err := <-w.done:
			w.report()
			return err
		case <-ctx.Done():
			w.leave("the worker was stopped")
			w.report()
			return context.Cause(ctx)
		}
	}
}

// rest leaves what is under way and waits until its agents have let go of their requests.
func (w *worker) rest() {
	w.mu.Lock()
	w.leaveLocked("the worker ends")
	last := w.last
	w.mu.Unlock()
	if last != nil {
		<-last.gone
	}
}

// guardEvery is how long after its end a lease may be seen to have expired.
const guardEvery = 50 * time.Millisecond

// guard leaves controllers whose leases have expired. It waits for nothing else, such as a
// transport that does not read.
func (w *worker) guard(over <-chan struct{}) {
	tick := time.NewTicker(guardEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			w.watch()
		case <-over:
			return
		}
	}
}

// watch leaves the controller whose lease has expired.
func (w *worker) watch() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.controller != "" && w.expired() {
		w.freeLocked()
	}
}

// expired reports whether the lease has expired.
func (w *worker) expired() bool { return w.clock() > time.Duration(w.deadline.Load()) }

// freeLocked leaves the controller, which is silent. The caller holds the lock.
func (w *worker) freeLocked() {
	w.leaveLocked(errLease.Error())
	w.controller = ""
	w.log.Warn("the controller is silent: requests are cut")
}

var errLease = errors.New("nothing was heard of the controller for the time of the lease")

// leave cuts what is under way, for the given reason.
func (w *worker) leave(why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leaveLocked(why)
}

func (w *worker) leaveLocked(why string) {
	s := w.session
	if s == nil {
		return
	}
	w.session, w.last = nil, s
	w.failed, w.stage = why, wire.Left
	w.log.Info("the worker has left the phase", "why", why)
	s.abandon(errors.New(why))
}

// due makes a report go out at once.
func (w *worker) due() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

func (w *worker) publish(data []byte) error {
	return w.conn.Publish(bus.From(w.cfg.Fleet, w.cfg.Name), data)
}

// say publishes a message. One that is lost is said again, so its error is of no interest.
func (w *worker) say(message any) {
	data, err := wire.Encode(message)
	if err == nil {
		err = w.publish(data)
	}
	if err != nil {
		w.log.Debug("a message was not sent", "err", err)
	}
}

func (w *worker) report() {
	w.mu.Lock()
	w.reports++
	r := &wire.Report{
		N: w.reports, Instance: w.instance, Build: w.build, Capacity: w.capacity, Endpoint: w.endpoint, Controller: w.controller,
		Epoch: w.epoch, Stage: w.stage, Refused: w.refused, Failed: w.failed,
	}
	s := w.session
	w.mu.Unlock()
	if s != nil {
		r.Client = s.check()
	}
	w.say(r)
}

// hear takes in a message of the controller.
func (w *worker) hear(_ string, data []byte) {
	message, err := wire.Decode(data)
	if err != nil {
		w.log.Warn("a message that cannot be read", "err", err)
		return
	}
	switch m := message.(type) {
	case *wire.Ping:
		w.say(&wire.Pong{N: m.N, Instance: w.instance, Clock: w.clock()})
	case *wire.Order:
		if m.Instance == w.instance {
			w.obey(m)
		}
	case *wire.Plan:
		if m.Instance == w.instance {
			w.prepare(m)
		}
	}
}

// obey does what the controller wants, if that is the one whose worker this is or may become.
func (w *worker) obey(o *wire.Order) {
	if o.Version != wire.Version {
		w.end(&RejectedError{fmt.Sprintf("it speaks version %d, and this worker %d", o.Version, wire.Version)})
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if o.Controller == w.dismissed || o.Controller == w.latest && o.N <= w.ordered {
		return // a later one was here before
	}
	switch {
	case o.Stage == wire.Rejected:
		if w.controller == "" || w.controller == o.Controller {
			w.end(&RejectedError{o.Why})
		}
		return
	case w.controller != "" && w.expired():
		// What was sent before this process was held up renews nothing.
		w.freeLocked()
	}
	switch {
	case w.controller == "" && w.latest == o.Controller:
		w.controller = o.Controller // what was left stays left
	case w.controller == "":
		w.log.Info("the worker has a controller", "controller", o.Controller)
		w.controller, w.latest, w.epoch, w.stage = o.Controller, o.Controller, 0, wire.Idle
	case w.controller != o.Controller:
		return // until the lease of the other has expired
	}
	w.ordered = o.N
	w.deadline.Store(int64(w.clock() + o.Lease))
	if o.Stage == wire.Dismiss {
		w.leaveLocked("the run is over")
		w.dismissed = o.Controller
		w.controller, w.latest, w.epoch, w.stage, w.failed = "", "", 0, wire.Idle, ""
		w.log.Info("the run is over")
		if !w.cfg.Stay {
			w.end(nil)
		}
		return
	}
	if o.Epoch < w.epoch {
		return
	}
	if o.Epoch > w.epoch {
		w.enter(o.Epoch)
	}
	switch {
	case w.session != nil:
		w.session.obey(o)
	case w.stage == wire.Prepare && o.Cut != "": // before its plan is here
		w.stage, w.failed = wire.Left, o.Cut
		w.due()
	}
}

// enter begins an attempt at a phase. The caller holds the lock.
func (w *worker) enter(epoch int64) {
	w.leaveLocked("another phase begins")
	w.epoch, w.stage, w.refused, w.failed = epoch, wire.Prepare, "", ""
	w.due()
}

// end makes Serve return.
func (w *worker) end(err error) {
	select {
	case w.done <- err:
	default:
	}
}

// fenced is a Sender that sends nothing once the lease of its worker has expired, be it that
// the process was held up and has not noticed yet.
type fenced struct {
	trajectory.Sender
	w *worker
}

func (f fenced) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	if f.w.expired() {
		return leaseError{}
	}
	return f.Sender.Send(ctx, r, clock)
}

func (f fenced) Close() error {
	if c, ok := f.Sender.(interface{ Close() error }); ok {
		return c.Close()
	}
	return nil
}

// leaseError is a trajectory.LocalError.
type leaseError struct{}

func (leaseError) Error() string { return errLease.Error() }
func (leaseError) Local() bool   { return true }
