package slt

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/telemetry"
)

// besidePages runs two levels of a simulated system whose pages are scraped.
func besidePages(t *testing.T, change func(*Config)) (r *Report, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		preset, perr := simulate.Preset("demo")
		system, serr := simulate.New(preset)
		if perr != nil || serr != nil {
			t.Fatal(perr, serr)
		}
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/metrics":
				system.ServeMetrics(w, r)
			case "/power":
				system.ServePower(w, r)
			default:
				system.ServeHTTP(w, r)
			}
		}))
		defer server.Close()
		cfg := Config{
			Levels: []int{1, 40}, InputTokens: 200, OutputTokens: 100, Ramp: time.Second, Settle: 5 * time.Second, Measure: 30 * time.Second, Drain: 10 * time.Second,
			Seed: 1, ClientLag: -1, System: pricing.System{Accelerators: 1},
		}
		cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", server.Dial
		for _, page := range []telemetry.ScrapeConfig{{URL: "http://mem/metrics"}, {URL: "http://mem/power", Role: telemetry.PowerMeter}} {
			page.Dial = server.Dial
			o, err := telemetry.NewScrape(page)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Observers = append(cfg.Observers, o)
		}
		if change != nil {
			change(&cfg)
		}
		r, err = Run(t.Context(), cfg)
	})
	return r, err
}

func TestObserved(t *testing.T) {
	var series bytes.Buffer
	r, err := besidePages(t, func(c *Config) { c.Series = &series })
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Levels {
		l := &r.Levels[i]
		for _, w := range l.Warnings {
			if w.Code != "few_samples" {
				t.Errorf("%d: %s: %s", l.Concurrency, w.Code, w.Text)
			}
		}
		if l.Server == nil || l.Server.GenerationTokens == nil || l.Server.Running == nil || l.Concurrency == 1 && l.Server.Running.Max != 1 || len(l.Yields) != 1 {
			t.Fatalf("%d: %+v, %+v", l.Concurrency, l.Server, l.Yields)
		}
		// All energy over all tokens, whichever way they are counted.
		y := l.Yields[0]
		if j := y.Watts / l.Figures.OutputTokensPerSecond; *y.JoulesPerOutputToken != j {
			t.Errorf("%v J a token, want %v", *y.JoulesPerOutputToken, j)
		}
	}
	if len(r.PeakMeasured) != 1 || *r.PeakMeasured[0].PerKW != *r.PeakOutputTokensPerSecond*1e3/r.Levels[1].Yields[0].Watts || len(r.Config.Observers) != 2 {
		t.Errorf("%+v", r.PeakMeasured)
	}
	n := 0
	for rec, err := range telemetry.ReadRecordings(&series) {
		if err != nil || rec.Run != r.Run || rec.Phase != n || rec.Agents != r.Levels[n].Concurrency || len(rec.Observed) != 2 {
			t.Fatalf("%+v, %v", rec, err)
		}
		n++
	}
	var table strings.Builder
	if err := r.WriteTable(&table); err != nil || n != 2 {
		t.Fatal(err, n)
	}
	for _, want := range []string{" tokens/s per kW (measured_accelerator, measured by this run)\n", "What the system did meanwhile, by concurrency:\n    1: none waiting, KV use ", "\n    40: ", " W (measured_accelerator), "} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("no %q in\n%s", want, &table)
		}
	}
}

// A level of which nobody knows whether the load was ours alone ends the sweep where that is
// asked for.
func TestExclusive(t *testing.T) {
	r, err := besidePages(t, func(c *Config) { c.Exclusive, c.Observers = true, c.Observers[1:] })
	if !errors.Is(err, ErrInvalid) || len(r.Levels) != 1 || !strings.Contains(r.Levels[0].Invalid, "nobody knows whether it had other load") || r.Levels[0].Yields != nil {
		t.Errorf("%v: %+v", err, r.Levels)
	}
	if r, err = besidePages(t, func(c *Config) { c.Exclusive = true }); err != nil || len(r.Levels) != 2 {
		t.Errorf("%v: %+v", err, r.Levels)
	}
	if err := (Config{Exclusive: true}).Validate(); err == nil || !strings.Contains(err.Error(), "slt: Exclusive and Series need Observers") {
		t.Error(err)
	}
}
