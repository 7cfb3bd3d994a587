package agentperf_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/telemetry"
)

// watched is an observer whose series are functions of the time since its first sample.
type watched struct {
	name  string
	role  telemetry.Role
	from  time.Time
	of    func(seconds float64) []telemetry.Sample
	phase int // how many it was started for
}

func (w *watched) Target() telemetry.Target { return telemetry.Target{Name: w.name, Role: w.role} }

func (w *watched) Start(context.Context) error {
	if w.phase++; w.from.IsZero() {
		w.from = time.Now()
	}
	return nil
}

func (w *watched) Sample(context.Context) ([]telemetry.Sample, error) {
	now := time.Now()
	samples := append([]telemetry.Sample{{Name: "up", Value: 1}}, w.of(now.Sub(w.from).Seconds())...)
	for i := range samples {
		samples[i].Time = now
	}
	return samples, nil
}

func (w *watched) Stop(context.Context, telemetry.Instants) ([]telemetry.Sample, error) {
	return nil, nil
}

// board is two accelerators of 300 W each, by counters of mJ.
func board() *watched {
	return &watched{name: "dcgm", role: telemetry.PowerMeter, of: func(s float64) (samples []telemetry.Sample) {
		for _, gpu := range []string{"0", "1"} {
			samples = append(samples, telemetry.Sample{
				Name: "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", Value: 1e9 + 300e3*s,
				Labels: []telemetry.Label{{Name: "UUID", Value: "GPU-" + gpu}, {Name: "gpu", Value: gpu}},
			})
		}
		return samples
	}}
}

// Three agents and 600 W are 5 agents per kW, and 46 tokens/s of three agents 13 J a token.
func TestMeasuredPower(t *testing.T) {
	var series bytes.Buffer
	b := board()
	r, err := measured(t, "", func(c *agentperf.Config) {
		c.Observers, c.Series, c.System = []telemetry.Observer{b}, &series, pricing.System{Accelerators: 2}
	})
	if err != nil {
		t.Fatal(err)
	}
	tier := &r.Tiers[0]
	if tier.MaxAgents != 3 || len(tier.Measured) != 1 {
		t.Fatalf("%d agents, %+v", tier.MaxAgents, tier.Measured)
	}
	m := tier.Measured[0]
	if m.PowerBasis != pricing.MeasuredAccelerator || *m.PerKW < 4.995 || *m.PerKW > 5.005 || *m.PerMW < 4995 || *m.PerMW > 5005 {
		t.Errorf("%+v: %v per kW", m, *m.PerKW)
	}
	for i := range r.Phases {
		p := &r.Phases[i]
		if len(p.Yields) != 1 || p.Power == nil || p.Power.Figures[0].Accelerators != 2 {
			t.Fatalf("phase %d: %+v %+v", i, p.Yields, p.Power)
		}
		want := 600 / p.Figures.OutputTokensPerSecond
		if got := *p.Yields[0].JoulesPerOutputToken; got < 0.999*want || got > 1.001*want {
			t.Errorf("phase %d: %v J a token, want %v", i, got, want)
		}
	}
	if b.phase != len(r.Phases) || len(r.Config.Observers) != 1 || r.Config.Observers[0].Name != "dcgm" {
		t.Errorf("%d of %d phases; %+v", b.phase, len(r.Phases), r.Config.Observers)
	}
	var table strings.Builder
	if err := r.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n    5 agents per kW (measured_accelerator, measured by this run)\n", "\n    600 W (measured_accelerator), 13 J per output token, 0.0769 output tokens per J\n"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("no %q in\n%s", want, &table)
		}
	}
	n := 0
	for rec, err := range telemetry.ReadRecordings(&series) {
		if err != nil {
			t.Fatal(err)
		}
		p := &r.Phases[n]
		if rec.Run != r.Run || rec.Phase != n || rec.Agents != p.Agents || len(rec.Observed) != 1 || len(rec.Observed[0].Series) != 3 || len(rec.Observed[0].Series[0].Points) < int(p.PhaseSeconds) {
			t.Errorf("%d: %+v", n, rec)
		}
		if got := rec.At.WindowEnd.Sub(rec.At.Settled).Seconds(); got != p.MeasuredSeconds {
			t.Errorf("a window of %v s, want %v", got, p.MeasuredSeconds)
		}
		n++
	}
	if n != len(r.Phases) {
		t.Errorf("%d recordings of %d phases", n, len(r.Phases))
	}
}

// Observers change neither what is measured nor the journal it may go on from, whose phases
// keep what was seen in them.
func TestObserversAndJournal(t *testing.T) {
	dir := t.TempDir()
	two := pricing.System{Accelerators: 2} // otherwise there is a warning
	plain, err := measured(t, "", func(c *agentperf.Config) { c.System = two })
	if err != nil {
		t.Fatal(err)
	}
	first, err := measured(t, dir, func(c *agentperf.Config) { c.Observers, c.System = []telemetry.Observer{board()}, two })
	if err != nil {
		t.Fatal(err)
	}
	again, err := measured(t, dir, func(c *agentperf.Config) { c.System = two })
	if err != nil {
		t.Fatal(err)
	}
	if again.Resumed != len(first.Phases) || again.Phases[0].Power == nil {
		t.Errorf("%d of %d phases resumed: %+v", again.Resumed, len(first.Phases), again.Phases[0])
	}
	if diff := cmp.Diff(first, again, same); diff != "" {
		t.Error(diff)
	}
	if _, err := measured(t, dir, func(c *agentperf.Config) {
		c.System, c.Exclusive, c.Observers = two, true, []telemetry.Observer{board()}
	}); err == nil || !strings.Contains(err.Error(), "exclusive: was absent, now true") {
		t.Errorf("a journal in which load of others may be: %v", err)
	}
	for i := range first.Phases {
		first.Phases[i].Power, first.Phases[i].Yields = nil, nil
	}
	for i := range first.Numbers {
		first.Numbers[i].Yields = nil
	}
	first.Tiers[0].Measured = nil
	if diff := cmp.Diff(plain, first, same); diff != "" {
		t.Error(diff)
	}
}

// Where it is asked for, a phase counts only if the load was ours alone, and that needs counters.
func TestExclusive(t *testing.T) {
	r, err := measured(t, "", func(c *agentperf.Config) {
		c.Observers, c.Exclusive, c.MaxPhases = []telemetry.Observer{board()}, true, 3
	})
	if !errors.Is(err, agentperf.ErrUndecided) || len(r.Phases) == 0 || !strings.Contains(r.Phases[0].Invalid, "nobody knows whether it had other load") {
		t.Errorf("%v: %+v", err, r.Phases)
	}
	for _, c := range []agentperf.Config{{Exclusive: true}, {Series: new(bytes.Buffer)}, {Observers: []telemetry.Observer{nil}}} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "Observers") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// Writing that fails ends the run.
func TestSeriesFails(t *testing.T) {
	_, err := measured(t, "", func(c *agentperf.Config) {
		c.Observers, c.Series = []telemetry.Observer{board()}, broken{}
	})
	if err == nil || !strings.Contains(err.Error(), "writing series: no space") {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space") }

// The power that a run has measured is no deviation from a profile that measures it.
func TestPowerOfProfile(t *testing.T) {
	for _, on := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			cfg := agentperf.Config{Profile: "aa-2026-06", Seed: 1, MaxAgents: 1, Workload: workload(t, 3, []int{20, 20}, time.Second), Rule: agentperf.Point{Measure: time.Minute, MinTrajectories: -1, MinPerAgent: -1}}
			if on {
				cfg.Observers = []telemetry.Observer{board()}
			}
			report, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Model: "openai/gpt-oss-120b", PerRequest: 1000, OutputTokens: 20}, cfg))
			if err != nil {
				t.Fatal(err)
			}
			if holds := report.Tiers[0].MaxAgents > 0; !holds || slices.Contains(codes(report.Profile), "power_unmeasured") == on {
				t.Errorf("%v, %v: %q", on, holds, codes(report.Profile))
			}
		})
	}
}
