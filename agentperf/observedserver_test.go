package agentperf_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/telemetry"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// besidePages runs a list of agents against the simulated system of the demonstration, whose
// pages are scraped. Between the two is what through returns; nil is nothing.
func besidePages(t *testing.T, through func(*simulate.System) http.Handler, change func(*agentperf.Config), agents ...int) (r *agentperf.Report, requests []agentperf.Request, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		preset, perr := simulate.Preset("demo")
		system, serr := simulate.New(preset)
		if perr != nil || serr != nil {
			t.Fatal(perr, serr)
		}
		between := http.Handler(system)
		if through != nil {
			between = through(system)
		}
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/metrics":
				system.ServeMetrics(w, r)
			case "/power":
				system.ServePower(w, r)
			default:
				between.ServeHTTP(w, r)
			}
		}))
		defer server.Close()
		var lines bytes.Buffer
		cfg := agentperf.Config{
			Workload: generate.Preset(generate.Demo).Workload(), Tiers: floor(100), Seed: 1, Requests: &lines, ClientLag: -1,
			Rule:   agentperf.Point{SpawnRate: 40, Settle: 5 * time.Second, Measure: 40 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 20 * time.Second},
			System: pricing.System{Accelerators: 1},
		}
		cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", server.Dial
		for role, path := range map[telemetry.Role]string{telemetry.Engine: "/metrics", telemetry.PowerMeter: "/power"} {
			o, err := telemetry.NewScrape(telemetry.ScrapeConfig{URL: "http://mem" + path, Role: role, Transport: telemetry.Transport{Dial: server.Dial}})
			if err != nil {
				t.Fatal(err)
			}
			cfg.Observers = append(cfg.Observers, o)
		}
		if change != nil {
			change(&cfg)
		}
		r, err = agentperf.Measure(t.Context(), cfg, agents...)
		for scan := bufio.NewScanner(&lines); scan.Scan(); {
			var q agentperf.Request
			if err := json.Unmarshal(scan.Bytes(), &q); err == nil && q.ID != "" {
				requests = append(requests, q)
			}
		}
	})
	return r, requests, err
}

// What a server says of itself agrees with what the client saw of it, and closes.
func TestServerAgrees(t *testing.T) {
	r, requests, err := besidePages(t, nil, nil, 2, 40)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Phases {
		p := &r.Phases[i]
		for _, w := range p.Warnings {
			if w.Code != "few_samples" && w.Code != "unmeasurable" {
				t.Errorf("phase %d: %s: %s", i, w.Code, w.Text)
			}
		}
		tokens := 0
		for _, q := range requests {
			if q.Phase == i {
				tokens += q.Tokens
			}
		}
		s := p.Server
		if s == nil || s.GenerationTokens == nil || s.GenerationTokens.Total != float64(tokens) {
			t.Fatalf("phase %d: %d tokens, the server says %+v", i, tokens, s)
		}
		if s.TTFT == nil || s.ITL == nil || s.Running == nil || *s.Running.Before != 0 || *s.Running.After != 0 || s.Targets[0].Engine != "vllm" {
			t.Errorf("phase %d: %+v", i, s)
		}
		if len(p.Yields) == 0 {
			t.Errorf("phase %d: %+v", i, p.Power)
		}
	}
	few, many := r.Numbers[0].Server, r.Numbers[1].Server
	if few == nil || many == nil || *few.Running <= 0 || *few.Running > 2 || *many.Running <= *few.Running {
		t.Errorf("%v, %v", few, many)
	}
}

// Why the next number fails is said in the words of the server.
func TestMeanwhile(t *testing.T) {
	r, _, err := besidePages(t, nil, func(c *agentperf.Config) { c.Tiers = floor(150) }, 2, 40)
	if err != nil {
		t.Fatal(err)
	}
	tier := &r.Tiers[0]
	var table strings.Builder
	if err := r.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(table.String(), "by the server's usage, 4") || !strings.Contains(table.String(), " by its counters; the requests allow") {
		t.Error("reuse is not told of three ways")
	}
	if tier.MaxAgents != 2 || !strings.HasPrefix(tier.Meanwhile, "at 40: ") || !strings.Contains(tier.Meanwhile, "; at 2: none waiting") || !strings.Contains(table.String(), "    "+tier.Meanwhile+"\n") {
		t.Errorf("%d agents: %q\n%s", tier.MaxAgents, tier.Meanwhile, &table)
	}
}

// A proxy that holds output back is named by the server's own clock.
func TestHeldBackIsNamed(t *testing.T) {
	held := func(system *simulate.System) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			whole := &whole{ResponseWriter: w}
			system.ServeHTTP(whole, r)
			w.Write(whole.Bytes())
		})
	}
	r, _, err := besidePages(t, held, nil, 4)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(r.Phases[0].Warnings, func(w metrics.Warning) bool { return w.Code == "server_ttft" })
	if at < 0 || !strings.Contains(r.Phases[0].Warnings[at].Text, "what is between holds output back") {
		t.Errorf("%q", r.Phases[0].Warnings)
	}
}

// A whole keeps an answer until it is whole.
type whole struct {
	http.ResponseWriter
	bytes.Buffer
}

func (w *whole) Write(p []byte) (int, error) { return w.Buffer.Write(p) }
func (w *whole) Flush()                      {}

// Load of others is a warning, and makes a phase invalid where that is asked for.
func TestOtherLoad(t *testing.T) {
	for _, exclusive := range []bool{false, true} {
		others := func(system *simulate.System) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost { // of another client, for each of ours
					body := `{"model":"simulated","stream":true,"max_tokens":50,"ignore_eos":true,"messages":[{"role":"user","content":"hello"}]}`
					theirs, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), http.MethodPost, "http://mem/v1/chat/completions", strings.NewReader(body))
					if err != nil {
						t.Error(err)
					}
					theirs.Header.Set("Content-Type", "application/json")
					system.ServeHTTP(&whole{ResponseWriter: w}, theirs)
				}
				system.ServeHTTP(w, r)
			})
		}
		r, _, err := besidePages(t, others, func(c *agentperf.Config) { c.Exclusive = exclusive }, 2)
		p := &r.Phases[0]
		warned := slices.ContainsFunc(p.Warnings, func(w metrics.Warning) bool { return w.Code == "other_load" })
		if !warned || exclusive != (err != nil) || exclusive != strings.Contains(p.Invalid, "the rest was load of others") {
			t.Errorf("exclusive %v: %v, %q, %q", exclusive, err, p.Invalid, p.Warnings)
		}
	}
}
