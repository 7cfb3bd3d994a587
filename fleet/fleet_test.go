package fleet

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// workload returns sessions of turns with the given output lengths.
func workload(tb testing.TB, sessions int, lengths ...int) *trajectory.Workload {
	if tb != nil {
		tb.Helper()
	}
	var s trajectory.Store
	w := &trajectory.Workload{Name: "test"}
	for i := range sessions {
		t := &trajectory.Trajectory{ID: fmt.Sprintf("t%d", i)}
		var h *trajectory.History
		for j, n := range lengths {
			var err error
			if h, err = s.Append(h, fmt.Appendf(nil, `{"role":"user","content":"t%d turn %d"}`, i, j)); err != nil {
				panic(err) // it is JSON
			}
			t.Turns = append(t.Turns, trajectory.Turn{History: h, OutputTokens: n, ToolDelayKnown: true})
		}
		w.Trajectories = append(w.Trajectories, t)
	}
	return w
}

// A world is a system under test and a fleet in one bubble.
type world struct {
	t      *testing.T
	server *memnet.Server
	hub    bus.Hub
	log    *slog.Logger

	mu     sync.Mutex
	bodies map[int][]string // of requests, by agent
	sent   map[string]int   // requests, by worker
	latest map[string]time.Time
	first  map[string]time.Time // by worker, since this was set
}

func newWorld(t *testing.T, engine *endpointtest.Engine) *world {
	w := &world{t: t, server: memnet.Serve(engine), bodies: make(map[int][]string), sent: make(map[string]int), latest: make(map[string]time.Time)}
	if testing.Verbose() {
		began := time.Now()
		w.log = slog.New(slog.NewTextHandler(logWriter{t, began}, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	t.Cleanup(w.server.Close)
	t.Cleanup(w.hub.Close)
	return w
}

type logWriter struct {
	t     *testing.T
	began time.Time
}

func (l logWriter) Write(p []byte) (int, error) {
	l.t.Logf("%7.2f s: %s", time.Since(l.began).Seconds(), bytes.TrimSpace(p))
	return len(p), nil
}

// connect returns a Connect for a worker, which remembers what it sends.
func (w *world) connect(worker string) (connect func(agent int) trajectory.Sender, end func()) {
	client, err := endpoint.New(w.endpoint())
	if err != nil {
		w.t.Fatal(err)
	}
	return func(agent int) trajectory.Sender {
		return &recorder{agentperf.HTTPSender(client.Conn()), w, worker, agent}
	}, client.Close
}

func (w *world) endpoint() endpoint.Config {
	return endpoint.Config{URL: "http://mem", Dial: w.server.Dial}
}

type recorder struct {
	trajectory.Sender
	w      *world
	worker string
	agent  int
}

func (r *recorder) Send(ctx context.Context, q *trajectory.Request, clock *metrics.Clock) error {
	r.w.mu.Lock()
	r.w.bodies[r.agent] = append(r.w.bodies[r.agent], string(bytes.Join(q.Body, nil)))
	r.w.sent[r.worker]++
	r.w.latest[r.worker] = time.Now()
	if _, there := r.w.first[r.worker]; !there && r.w.first != nil {
		r.w.first[r.worker] = time.Now()
	}
	r.w.mu.Unlock()
	return r.Sender.Send(ctx, q, clock)
}

func (r *recorder) Close() error { return r.Sender.(interface{ Close() error }).Close() }

// A process is a worker that can be ended.
type process struct {
	cancel context.CancelFunc
	done   chan error
}

func (p *process) stop() error {
	p.cancel()
	return <-p.done
}

// start starts a worker.
func (w *world) start(name string, cfg WorkerConfig) *process {
	ctx, cancel := context.WithCancel(w.t.Context())
	p := &process{cancel: cancel, done: make(chan error, 1)}
	if cfg.Name = name; cfg.Logger == nil {
		cfg.Logger = w.log
	}
	if cfg.conn == nil {
		cfg.conn = w.hub.Conn(name)
	}
	end := func() {}
	if cfg.Connect == nil {
		cfg.Connect, end = w.connect(name)
	}
	if cfg.Capacity == 0 {
		cfg.Capacity = 1000
	}
	go func() {
		defer end()
		p.done <- Serve(ctx, cfg)
	}()
	return p
}

// controller returns that of so many workers.
func (w *world) controller(workers int) *Controller {
	c, err := NewController(w.t.Context(), Config{Workers: workers, conn: w.hub.Conn(bus.Controller), Logger: w.log})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// point is a rule whose phases take half a minute.
var point = agentperf.Point{SpawnRate: 10, Settle: 5 * time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second}

func tiers(speeds ...float64) (all []agentperf.Tier) {
	for _, s := range speeds {
		all = append(all, agentperf.Tier{SpeedFloor: metrics.TokensPerSecond(s), TTFTCeiling: time.Minute})
	}
	return all
}

// A fleet of any size finds what one process finds: 11 of 46/4, 2 of 46/20.
func TestSameAnswer(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 4} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, &endpointtest.Engine{Capacity: 46})
				cfg := agentperf.Config{Endpoint: w.endpoint(), Workload: workload(t, 5, 20, 7, 33), Tiers: tiers(4, 20), Rule: point, Seed: 42, MaxAgents: 64}
				var all []*process
				if workers > 0 {
					for i := range workers {
						all = append(all, w.start(fmt.Sprintf("w%d", i), WorkerConfig{Workload: workload(t, 5, 20, 7, 33)}))
					}
					c := w.controller(workers)
					defer func() {
						c.Close()
						for _, p := range all {
							if err := <-p.done; err != nil {
								t.Error(err)
							}
						}
					}()
					cfg.Load = c
				}
				report, err := agentperf.Run(t.Context(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				for i, want := range []int{11, 2} {
					if got := report.Tiers[i]; got.MaxAgents != want || got.FirstFailingAgents == nil || *got.FirstFailingAgents != want+1 || !got.Bounded {
						t.Errorf("%d workers: %+v, want exactly %d", workers, got, want)
					}
				}
				for _, p := range report.Phases {
					if p.Invalid != "" {
						t.Errorf("phase %d is invalid: %s", p.Index, p.Invalid)
					}
				}
			})
		})
	}
}
