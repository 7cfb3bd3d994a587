package fleet

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/logqueue"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// sayEvery is how often orders and reports are said again: well below the least lease, and a
// few hundred bytes each time.
const sayEvery = 250 * time.Millisecond

// A RejectedError is returned by [Serve] when the controller does not accept the worker.
type RejectedError struct {
	// Why is the controller's reason, in words.
	Why string
}

func (e *RejectedError) Error() string { return "fleet: the controller rejects this worker: " + e.Why }

// Serve runs a worker, which plays its part of the agents in each phase of the controller's run,
// and returns nil once the run is over; with cfg.Stay it waits for another run instead. While there
// is no controller, or no connection to the server, it waits. The error lists every field of cfg
// that is wrong, says why the server refuses the worker, be it later as its certificate has expired,
// is a [*RejectedError], or is the cause of ctx. No agent is running when Serve returns.
func Serve(ctx context.Context, cfg WorkerConfig) error {
	cfg, err := cfg.resolve()
	if err != nil {
		return err
	}
	var notes *logqueue.Queue
	cfg.Logger, notes = logqueue.New(cfg.Logger)
	defer notes.Close()
	w := &worker{
		cfg: cfg, log: cfg.Logger, instance: rand.Text(), build: build(), began: time.Now(), script: replay.NewScript(cfg.Workload), connect: cfg.Connect,
		stage: wire.Idle, done: make(chan error, 1), changed: make(chan struct{}, 1),
	}
	if w.connect == nil {
		if w.client, err = endpoint.New(cfg.Endpoint); err != nil {
			return err
		}
		defer w.client.Close()
		w.connect = func(int) trajectory.Sender { return agentperf.HTTPSender(w.client.Conn()) }
		w.endpoint, w.manner = address(cfg.Endpoint.URL), manner(cfg.Endpoint)
	}
	if w.capacity = cfg.Capacity; w.capacity == 0 {
		if w.capacity = usualCapacity; w.client != nil {
			w.capacity = fitting(usualCapacity, replay.Connections(cfg.Workload))
		}
	}
	if w.conn, err = cfg.connect(ctx, func(err error) { w.end(fmt.Errorf("fleet: %w", err)) }); err != nil {
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
	script   *replay.Script
	connect  func(agent int) trajectory.Sender
	client   *endpoint.Client // nil with Connect
	endpoint string
	manner   string
	capacity int
	conn     bus.Conn
	ctx      context.Context
	done     chan error    // takes how it ends
	changed  chan struct{} // has an element when a report is due

	reached  string       // the controller for whose run the endpoint was found to answer, of the goroutine that prepares
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
			w.mu.Lock()
			w.leaveLocked("the worker was stopped")
			w.mu.Unlock()
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
		N: w.reports, Instance: w.instance, Build: w.build, Capacity: w.capacity, Endpoint: w.endpoint, Manner: w.manner, Controller: w.controller,
		Epoch: w.epoch, Stage: w.stage, Refused: w.refused, Failed: w.failed,
	}
	s := w.session
	w.mu.Unlock()
	if s != nil {
		r.Client = s.check()
	}
	w.say(r)
}
