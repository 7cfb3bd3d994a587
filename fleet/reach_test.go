package fleet

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
)

// A locked system answers those who have its key, and tells others which they have.
type locked struct {
	engine   endpointtest.Engine
	requests atomic.Int64
}

func (l *locked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/chat/completions") {
		l.requests.Add(1)
	}
	if given := r.Header.Get("Authorization"); given != "Bearer right-key" {
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"error":{"message":"no such key: `+given+`"}}`)
		return
	}
	l.engine.ServeHTTP(w, r)
}

// A worker that does not reach the system, or may not use it, is an error that names the worker,
// and no failure of the system: not one request of the load is sent.
func TestReach(t *testing.T) {
	refuses := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no route to it") }
	for _, tt := range []struct {
		name  string
		alter func(e *endpoint.Config)
		want  string
	}{
		{"alike", func(*endpoint.Config) {}, ""},
		{"another key", func(e *endpoint.Config) { e.APIKey = "wrong-key" }, "401"},
		{"no key", func(e *endpoint.Config) { e.APIKey = "" }, "401"},
		{"no route", func(e *endpoint.Config) { e.Dial = refuses }, "no route to it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				system := &locked{engine: endpointtest.Engine{PerRequest: 20}}
				x := newTrial(t, nil)
				server := memnet.Serve(system)
				defer server.Close()
				for _, name := range []string{"a", "b"} {
					e := endpoint.Config{URL: "http://mem", APIKey: "right-key", Dial: server.Dial}
					if name == "b" {
						tt.alter(&e)
					}
					x.workers[name] = x.serve(WorkerConfig{Name: name, Workload: workload(t, 5, 20, 7, 33), Capacity: 8, Endpoint: e, conn: x.hub.Conn(name)})
				}
				x.c = x.controller(2)
				defer x.end()
				if tt.want == "" {
					for range 2 { // and once for all phases
						if p := x.phase(record.Watch{}); p.Fault != "" || len(p.Rows) == 0 {
							t.Errorf("%q, %d rows", p.Fault, len(p.Rows))
						} else {
							system.requests.Add(-int64(len(p.Rows)))
						}
					}
					if n := system.requests.Load(); n != 2*2 {
						t.Errorf("%d requests of no phase, want two of each worker", n)
					}
					return
				}
				plan := x.plan
				_, err := x.c.Phase(t.Context(), &plan, record.Watch{})
				if err == nil || !strings.Contains(err.Error(), "worker b: the endpoint, from there: ") || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "worker a") {
					t.Errorf("%v, want %s at worker b only", err, tt.want)
				}
				if err != nil && strings.Contains(err.Error(), "wrong-key") {
					t.Errorf("%v tells the key", err)
				}
				if n := system.requests.Load(); n > 4 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

// A system that is slow at first, as one that loads its model, is waited for.
func TestReachSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTrial(t, nil)
		var late atomic.Bool
		late.Store(true)
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && late.Swap(false) {
				time.Sleep(90 * time.Second)
			}
			x.engine.ServeHTTP(w, r)
		}))
		defer server.Close()
		for _, name := range []string{"a", "b"} {
			e := endpoint.Config{URL: "http://mem", Dial: server.Dial}
			x.workers[name] = x.serve(WorkerConfig{Name: name, Workload: workload(t, 5, 20, 7, 33), Capacity: 8, Endpoint: e, conn: x.hub.Conn(name)})
		}
		x.c = x.controller(2)
		defer x.end()
		if p := x.phase(record.Watch{}); p.Fault != "" || len(p.Rows) == 0 {
			t.Errorf("%q, %d rows", p.Fault, len(p.Rows))
		}
	})
}

// A worker whose key is revoked during the run is named: its failures are no failures of the
// system, which serves fewer agents meanwhile.
func TestRevoked(t *testing.T) {
	for _, rule := range []agentperf.Rule{point, agentperf.Controlled{Block: 4 * time.Second, MaxMeasure: 20 * time.Minute, SpawnRate: -1, Settle: 4 * time.Second, Drain: 10 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, &endpointtest.Engine{Capacity: 46})
			engine := &endpointtest.Engine{Capacity: 46} // 11 agents at 4 tokens/s
			var revoked atomic.Bool
			server := memnet.Serve(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if revoked.Load() && r.Header.Get("Authorization") == "Bearer b" {
					rw.WriteHeader(http.StatusUnauthorized)
					return
				}
				engine.ServeHTTP(rw, r)
			}))
			defer server.Close()
			var all []*process
			for _, name := range []string{"a", "b"} {
				e := endpoint.Config{URL: "http://mem", APIKey: endpoint.Secret(name), Dial: server.Dial}
				all = append(all, w.serve(WorkerConfig{Name: name, Workload: workload(t, 5, 20, 7, 33), Capacity: 50, Endpoint: e, conn: w.hub.Conn(name)}))
			}
			c := w.controller(2)
			time.AfterFunc(40*time.Second, func() { revoked.Store(true) })
			report, err := agentperf.Run(t.Context(), agentperf.Config{
				Endpoint: endpoint.Config{URL: "http://mem", APIKey: "a", Dial: server.Dial}, Workload: workload(t, 5, 20, 7, 33), Tiers: tiers(4), Rule: rule, Seed: 42, Load: c, MaxAgents: 40,
			})
			c.Close()
			for _, p := range all {
				p.stop()
			}
			if n := report.Tiers[0].MaxAgents; n > 11 || report.Tiers[0].Bounded {
				t.Errorf("%v: exactly %d agents, though most phases say nothing", rule, n)
			}
			named := 0
			for _, p := range report.Phases {
				if strings.Contains(p.Invalid, "the client b has had no answer to ") && strings.Contains(p.Invalid, "401") {
					named++
				}
			}
			if named < 4 {
				t.Errorf("%v: %d phases name it; %v", rule, named, err)
			}
		})
	}
}

// A worker that waits for a system that says nothing can be stopped, and its controller too.
func TestReachStops(t *testing.T) {
	for _, first := range []string{"worker", "controller"} {
		t.Run(first, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTrial(t, nil)
				silent := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
				x.workers["a"] = x.serve(WorkerConfig{Name: "a", Workload: workload(t, 5, 20, 7, 33), Endpoint: endpoint.Config{URL: "http://mem", Dial: silent}, conn: x.hub.Conn("a")})
				x.c = x.controller(1)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				plan := x.plan
				go func() { _, err := x.c.Phase(ctx, &plan, record.Watch{}); done <- err }()
				time.Sleep(10 * time.Second)
				began := time.Now()
				if first == "worker" {
					x.workers["a"].stop()
					cancel()
					<-done
					x.c.Close()
				} else {
					cancel()
					if err := <-done; !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
					x.end()
				}
				if took := time.Since(began); took > time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}
