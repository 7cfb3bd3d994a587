package fleet

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// The report of a run by a fleet says what each worker did: as much as its share, since all of
// them see one system. One without agents has none, and is no start.
func TestReportOfWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, &endpointtest.Engine{PerRequest: 50})
		a := w.start("a", WorkerConfig{Workload: workload(t, 5, 20, 7, 33), Capacity: 300})
		b := w.start("b", WorkerConfig{Workload: workload(t, 5, 20, 7, 33), Capacity: 100})
		c := w.controller(2)
		report, err := agentperf.Measure(t.Context(), agentperf.Config{
			Endpoint: w.endpoint(), Workload: workload(t, 5, 20, 7, 33), Tiers: tiers(4), Rule: point, Seed: 42, Load: c,
		}, 1, 8)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		for _, p := range []*process{a, b} {
			if err := <-p.done; err != nil {
				t.Error(err)
			}
		}
		if report.Config.Load != "fleet of 2 workers" || !strings.HasPrefix(report.LoadText(), "Load from 2 clients: a and b; in valid phases at most ") {
			t.Errorf("%q; %q", report.Config.Load, report.LoadText())
		}
		if len(report.Phases) != 2 {
			t.Fatalf("%d phases", len(report.Phases))
		}
		for i, want := range [][2]int{{1, 0}, {6, 2}} {
			p := &report.Phases[i]
			if len(p.Clients) != 2 || p.Figures == nil || p.StartSpread == nil {
				t.Fatalf("phase %d: %+v", i, p)
			}
			sum, requests := 0.0, 0
			for k, name := range []string{"a", "b"} {
				c := p.Clients[k]
				if c.Name != name || c.Agents != want[k] || c.Processors == 0 || c.ClockError == nil || *c.ClockError > 0.05 || (c.Requests > 0) != (c.Agents > 0) {
					t.Errorf("phase %d: %+v, want %s with %d agents", i, c, name, want[k])
				}
				sum, requests = sum+c.OutputTokensPerSecond, requests+c.Requests
				if c.Agents > 0 && (c.P50Speed == nil || math.Abs(*c.P50Speed-50) > 0.5) {
					t.Errorf("phase %d: %s at %v tokens/s, want 50", i, name, c.P50Speed)
				}
			}
			if math.Abs(sum-p.Figures.OutputTokensPerSecond) > 1e-6 || requests != p.Figures.Requests {
				t.Errorf("phase %d: the clients have %v tokens/s and %d requests, all together %v and %d", i, sum, requests, p.Figures.OutputTokensPerSecond, p.Figures.Requests)
			}
			if *p.StartSpread != 0 {
				t.Errorf("phase %d: starts within %v", i, time.Duration(*p.StartSpread*1e9))
			}
			for _, w := range p.Warnings {
				if w.Code == "uneven_clients" {
					t.Errorf("phase %d: %s", i, w.Text)
				}
			}
		}
	})
}

// A worker that is lost is named beside the others, and the next phase has it again.
func TestReportOfLostWorker(t *testing.T) {
	for _, at := range []time.Duration{15 * time.Second, time.Millisecond} { // after it has started, and before
		t.Run(at.String(), func(t *testing.T) { reportOfLostWorker(t, at) })
	}
}

func reportOfLostWorker(t *testing.T, at time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, &endpointtest.Engine{PerRequest: 50})
		struck := false // once, when the first plan is on its way
		w.hub.Faults = func(m bus.Message) []time.Duration {
			if message, _ := wire.Decode(m.Data); m.To == "b" {
				if _, ok := message.(*wire.Plan); !ok || struck {
					return []time.Duration{0}
				}
				struck = true
				time.AfterFunc(at, func() { w.hub.Cut("b") })
				time.AfterFunc(at+15*time.Second, func() { w.hub.Heal("b") })
			}
			return []time.Duration{0}
		}
		a := w.start("a", WorkerConfig{Workload: workload(t, 5, 20, 7, 33)})
		b := w.start("b", WorkerConfig{Workload: workload(t, 5, 20, 7, 33)})
		c := w.controller(2)
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Endpoint: w.endpoint(), Workload: workload(t, 5, 20, 7, 33), Tiers: tiers(4), Rule: point, Seed: 42, Load: c,
		}, 4)
		if err != nil {
			t.Error(err)
		}
		c.Close()
		for _, p := range []*process{a, b} {
			if err := <-p.done; err != nil {
				t.Error(err)
			}
		}
		if len(report.Phases) != 2 || !strings.Contains(report.Phases[0].Invalid, "worker b") || report.Phases[1].Invalid != "" {
			t.Fatalf("%+v", report.Phases)
		}
		for _, p := range report.Phases {
			if len(p.Clients) != 2 || p.Clients[0].Name != "a" || p.Clients[1].Name != "b" || p.Clients[1].Agents != 2 {
				t.Errorf("phase %d: %+v", p.Index, p.Clients)
			}
			// Clocks are compared once more at the end, which the first phase did not have.
			for _, c := range p.Clients {
				if (c.ClockError != nil) != (p.Invalid == "") {
					t.Errorf("phase %d: the clock of %s is known to %v", p.Index, c.Name, c.ClockError)
				}
				if started := p.Invalid == "" || at > time.Second || c.Name == "a"; (c.StartLate != nil) != started {
					t.Errorf("phase %d: %s started %v late", p.Index, c.Name, c.StartLate)
				}
			}
		}
		if text := report.LoadText(); !strings.Contains(text, "clocks within") {
			t.Error(text)
		}
		report.Phases[1].Clients[0].ClockError, report.Phases[1].Clients[1].ClockError = nil, nil
		if text := report.LoadText(); strings.Contains(text, "clocks within") {
			t.Error(text)
		}
	})
}
