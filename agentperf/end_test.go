package agentperf_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
)

func TestTimeoutTooShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := short
		rules.Timeout = 26 * time.Second
		report, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{}, agentperf.Config{Workload: workload(t, 1, []int{40}, 0), Tiers: floor(1), Rule: rules}))
		if err == nil || !strings.Contains(err.Error(), "a phase of 8 agents takes 1.75s to ramp up, 5s to settle and 20s to measure, longer than its time-out of 26s") {
			t.Error(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 4 || got.Bounded || report.Complete {
			t.Errorf("%+v", got)
		}
	})
}

func TestNothingEverSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The preflight's two probes are answered, nothing else is.
		engine := &endpointtest.Engine{Fault: func(n int) endpointtest.Fault {
			if n < 2 {
				return endpointtest.Fault{}
			}
			return endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 503, Body: `{"error":"loading"}`}
		}}
		began := time.Now()
		report, err := agentperf.Run(t.Context(), inMemory(t, engine, agentperf.Config{Workload: workload(t, 3, []int{40}, 0), Rule: agentperf.Point{}}))
		if !errors.Is(err, agentperf.ErrNothingSucceeded) || !strings.Contains(err.Error(), "3 status (endpoint: HTTP status 503: loading)") {
			t.Error(err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v to see that", took)
		}
		if len(report.Phases) != 1 || report.Complete {
			t.Errorf("%d phases", len(report.Phases))
		}
	})
}

// A server that dies ends the search with what is known.
func TestEndpointGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Capacity: 1000}
		var dead atomic.Bool
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if dead.Load() {
				panic(http.ErrAbortHandler)
			}
			engine.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		cfg := agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial},
			Workload: workload(t, 3, []int{40}, 0), Tiers: floor(10), Rule: short, Seed: 1,
			Progress: func(e agentperf.Event) {
				if e.Agents == 4 && e.Stage == "done" {
					dead.Store(true)
				}
			},
		}
		report, err := agentperf.Run(t.Context(), cfg)
		if !errors.Is(err, agentperf.ErrEndpointGone) || !strings.Contains(err.Error(), "at 8 agents") {
			t.Error(err)
		}
		if v := report.Phases[len(report.Phases)-1].Verdicts[0]; v.Verdict != agentperf.Invalid || !strings.Contains(v.Reason, "stopped answering") {
			t.Errorf("a dead endpoint was judged: %+v", v)
		}
		if got := report.Tiers[0]; got.MaxAgents != 4 || report.Complete {
			t.Errorf("%+v", got)
		}
	})
}

func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var requests bytes.Buffer
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 1000}, agentperf.Config{Workload: workload(t, 3, []int{40}, 0), Tiers: floor(10), Rule: short, Requests: &requests})
		cfg.Progress = func(e agentperf.Event) {
			if e.Agents == 8 && e.Stage == "measuring" {
				cancel()
			}
		}
		report, err := agentperf.Run(ctx, cfg)
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 4 || got.Bounded || report.Complete || len(report.Phases) != 4 {
			t.Errorf("%+v after %d phases", got, len(report.Phases))
		}
		last := report.Phases[3]
		if last.Ending != "canceled" || last.Verdicts[0].Verdict != agentperf.Undecided || last.Figures.Failed != 0 {
			t.Errorf("last phase %+v", last)
		}
		if n := strings.Count(requests.String(), `"phase_idx":3`); n == 0 {
			t.Error("the requests of the interrupted phase are not written")
		}
	})
}

// A server that dies in the middle of a phase is gone, and the phase no failure
// of the system at its number of agents.
func TestEndpointDiesInAPhase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Capacity: 1000}
		var dead atomic.Bool
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if dead.Load() {
				panic(http.ErrAbortHandler)
			}
			engine.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		report, err := agentperf.Run(t.Context(), agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial},
			Workload: workload(t, 3, []int{40}, 0), Tiers: floor(10), Rule: short, Seed: 1,
			Progress: func(e agentperf.Event) {
				if e.Agents == 4 && e.Stage == "measuring" && e.Elapsed > 15*time.Second {
					dead.Store(true)
				}
			},
		})
		if !errors.Is(err, agentperf.ErrEndpointGone) || !strings.Contains(err.Error(), "at 4 agents") {
			t.Error(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 2 || got.FirstFailingAgents != nil || got.Bounded {
			t.Errorf("%+v", got)
		}
	})
}

// A phase that begins with nothing succeeding is no evidence against the system
// until the endpoint is known to be there.
func TestSlowFailuresAreNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{}
		var asked atomic.Int64
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// The preflight, which asks for the other APIs, too.
			if !strings.HasSuffix(r.URL.Path, "/chat/completions") || asked.Add(1) <= 2 {
				engine.ServeHTTP(w, r)
				return
			}
			time.Sleep(17 * time.Second)
			http.Error(w, "upstream timed out", http.StatusGatewayTimeout)
		}))
		t.Cleanup(server.Close)
		report, err := agentperf.Run(t.Context(), agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, Workload: workload(t, 3, []int{40}, 0), Tiers: floor(50), Rule: short,
		})
		if !errors.Is(err, agentperf.ErrNothingSucceeded) || report.Complete || report.Tiers[0].FirstFailingAgents != nil {
			t.Errorf("%v, %+v", err, report.Tiers[0])
		}
	})
}
