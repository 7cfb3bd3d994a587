package agentperf_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/trajectory"
)

// unknowable are the deviations of every run by the latest profile: what is not published or
// not done here.
var unknowable = []string{"workload", "prefix_wording", "tokens_unchecked", "unpublished", "tool_delays", "accuracy_unchecked", "power_unmeasured"}

// deviations returns those of a check of one agent, whose phases last as a rule of the test
// says unless the configuration has one.
func deviations(t *testing.T, engine *endpointtest.Engine, cfg agentperf.Config) (p *agentperf.ProfileResult) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if cfg.Workload == nil {
			cfg.Workload = workload(t, 3, []int{20, 20}, 0)
		}
		report, err := agentperf.Check(t.Context(), inMemory(t, engine, cfg), 1)
		if err != nil {
			t.Fatal(err)
		}
		p = report.Profile
		var table strings.Builder
		if err := report.WriteTable(&table); err != nil {
			t.Fatal(err)
		}
		if p != nil && !strings.Contains(table.String(), "Differs from "+p.Name+" in ") {
			t.Errorf("the table does not say so:\n%s", table.String())
		}
	})
	return p
}

func codes(p *agentperf.ProfileResult) (all []string) {
	for _, d := range p.Deviations {
		all = append(all, d.Code)
	}
	return all
}

// What a profile determines is the default, what is set besides wins and is listed with both
// values, and nothing else is listed but what cannot be known here.
func TestProfileDeviations(t *testing.T) {
	v4, err := agentperf.LookupTiers("deepseek-v4-pro")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*agentperf.Config)
		code   string // the one besides
		text   string
	}{
		{"none", func(*agentperf.Config) {}, "", ""},
		{"written out", func(c *agentperf.Config) {
			c.Policy.Output, c.Policy.ToolDelay, c.Policy.Prefix, c.MaxStart = trajectory.OutputFree, trajectory.ToolDelaySampled, trajectory.PrefixFront, 10
			c.Policy.MaxTokens, c.Rule, c.Endpoint.Timeout = 16384, agentperf.Point{Settle: 30 * time.Second, MinPerAgent: 3}, 300*time.Second
		}, "", ""},
		{"forced", func(c *agentperf.Config) { c.Policy.Output = trajectory.OutputExact }, "Policy.Output", `Policy.Output is "exact"; aa-2026-06 has "free"`},
		{"delays", func(c *agentperf.Config) { c.Policy.ToolDelay = trajectory.ToolDelayRecorded }, "Policy.ToolDelay", `"recorded"; aa-2026-06 has "sampled"`},
		{"shorter answers", func(c *agentperf.Config) { c.Policy.MaxTokens = 2000 }, "Policy.MaxTokens", "is 2000; aa-2026-06 has 16384"},
		{"effort", func(c *agentperf.Config) {
			c.Policy.Fields = map[string]json.RawMessage{"reasoning_effort": json.RawMessage(`"low"`)}
		}, "Policy.Fields.reasoning_effort", `is "low"; aa-2026-06 has "high"`},
		{"another field", func(c *agentperf.Config) {
			c.Policy.Fields = map[string]json.RawMessage{"temperature": json.RawMessage(`0.5`)}
		}, "Policy.Fields.temperature", `is 0.5; aa-2026-06 has absent`},
		{"starts", func(c *agentperf.Config) { c.MaxStart = -1 }, "MaxStart", "is -1; aa-2026-06 has 10"},
		{"context", func(c *agentperf.Config) { c.ContextTokens = 100_000 }, "ContextTokens", "is 100000"},
		{"settling", func(c *agentperf.Config) { c.Rule = agentperf.Point{Settle: 40 * time.Second} }, "Rule.Settle", `is "40s"; aa-2026-06 has "30s"`},
		{"time-out", func(c *agentperf.Config) { c.Rule = agentperf.Point{Timeout: 30 * time.Minute} }, "Rule.Timeout", `is "30m0s"`},
		{"rule", func(c *agentperf.Config) { c.Rule = agentperf.Controlled{} }, "Rule", "Rule is controlled; aa-2026-06 has published"},
		{"tiers", func(c *agentperf.Config) { c.Tiers = floor(1) }, "tiers", "are [1@1m0s]; aa-2026-06 has [100@5s 250@3s 500@2s 2000@1s] (gpt-oss-120b)"},
		{"tiers of another model, whose effort it is not", func(c *agentperf.Config) { c.Tiers = v4.Tiers }, "tiers", "(gpt-oss-120b)"},
		{"one of the tiers", func(c *agentperf.Config) {
			c.Tiers = []agentperf.Tier{{Name: "1", SpeedFloor: 100, TTFTCeiling: 5 * time.Second}}
		}, "", ""},
		{"lag", func(c *agentperf.Config) { c.ClientLag = -1 }, "ClientLag", "is "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := agentperf.Config{Profile: "aa-2026-06", Seed: 1}
			tt.change(&cfg)
			got := deviations(t, &endpointtest.Engine{Model: "openai/gpt-oss-120b", PerRequest: 5, OutputTokens: 20}, cfg)
			want := slices.Clone(unknowable)
			if tt.code != "" {
				want = append(want, tt.code)
			}
			all := codes(got)
			slices.Sort(all)
			slices.Sort(want)
			if !slices.Equal(all, want) {
				t.Fatalf("%q, want %q", all, want)
			}
			for _, d := range got.Deviations {
				if d.Code == tt.code && !strings.Contains(d.Text, tt.text) {
					t.Errorf("%s: %s, want %s", d.Code, d.Text, tt.text)
				}
			}
		})
	}
}

// A search, a check and a list of numbers say alike what differs.
func TestProfileOfEveryRun(t *testing.T) {
	for name, measure := range map[string]func(context.Context, agentperf.Config) (*agentperf.Report, error){
		"Run": agentperf.Run,
		"Check": func(ctx context.Context, cfg agentperf.Config) (*agentperf.Report, error) {
			return agentperf.Check(ctx, cfg, 2)
		},
		"Measure": func(ctx context.Context, cfg agentperf.Config) (*agentperf.Report, error) {
			return agentperf.Measure(ctx, cfg, 1, 2)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			report, err := measure(t.Context(), inMemory(t, &endpointtest.Engine{Model: "openai/gpt-oss-120b", PerRequest: 5, OutputTokens: 20}, agentperf.Config{
				Profile: "aa-2026-06", Seed: 1, MaxAgents: 2, Workload: workload(t, 3, []int{20, 20}, 0), Rule: agentperf.Point{Timeout: 11 * time.Minute},
			}))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, code := range []string{"accuracy_unchecked", "power_unmeasured"} {
				if !slices.Contains(codes(report.Profile), code) {
					t.Errorf("%s: %q lack %s", name, codes(report.Profile), code)
				}
			}
		})
	}
}

// What is done takes deviations away, and what is not known of a model adds one.
func TestProfileOfWhatWasDone(t *testing.T) {
	got := deviations(t, &endpointtest.Engine{Model: "deepseek-ai/DeepSeek-V4-Pro", PerRequest: 5, OutputTokens: 20}, agentperf.Config{
		Profile: "aa-2026-06", System: pricing.System{Accelerators: 8, Power: 4300, Basis: pricing.MeasuredAccelerator},
		Rule: agentperf.Point{Timeout: 11 * time.Minute},
	})
	all := codes(got)
	for code, want := range map[string]bool{"power_unmeasured": false, "reasoning_effort": true, "minima_unmet": false, "tiers": true} { // the default tiers are of the first model: it was not named
		if slices.Contains(all, code) != want {
			t.Errorf("%s is among %q: want %v", code, all, want)
		}
	}
	got = deviations(t, &endpointtest.Engine{Model: "other", PerRequest: 5, OutputTokens: 20}, agentperf.Config{Profile: "aa-2026-06", Tiers: floor(1)})
	if !slices.Contains(codes(got), "reasoning_effort") {
		t.Errorf("%q: nothing is known of the model's effort", codes(got))
	}
	if got := deviations(t, &endpointtest.Engine{PerRequest: 5, OutputTokens: 20}, agentperf.Config{Tiers: floor(1), Rule: short}); got != nil {
		t.Errorf("without a profile: %+v", got)
	}
}

// All profiles are valid, say where they are from and have service levels that exist.
func TestProfilesAreWhole(t *testing.T) {
	for _, p := range agentperf.Profiles() {
		cfg := agentperf.Config{Profile: p.Name, Workload: workload(t, 1, []int{20}, 0)}
		cfg.Endpoint.URL = "http://host"
		if err := cfg.Validate(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		for _, name := range p.TierSets {
			if _, err := agentperf.LookupTiers(name); err != nil {
				t.Error(err)
			}
		}
		if p.Source == "" || p.Name == "" || reflect.ValueOf(p.Defaults).IsZero() {
			t.Errorf("%+v", p)
		}
	}
	if _, err := agentperf.LookupProfile("x"); err == nil || !strings.Contains(err.Error(), "only aa-2026-06, aa-2026-03, local") {
		t.Error(err)
	}
	if err := (agentperf.Config{Profile: "x"}).Validate(); err == nil || !strings.Contains(err.Error(), "no profile") {
		t.Error(err)
	}
}

// A run by the profile asks for what the profile says, field by field, and for nothing else.
func TestProfileBodies(t *testing.T) {
	v4, err := agentperf.LookupTiers("deepseek-v4-pro")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, profile string
		tiers         []agentperf.Tier
		want          string // the body but for messages and model
	}{
		{"by the levels", "aa-2026-06", v4.Tiers, `{"stream":true,"stream_options":{"include_usage":true},"max_tokens":16384,"reasoning_effort":"max"}`},
		{"gpt-oss", "aa-2026-06", nil, `{"stream":true,"stream_options":{"include_usage":true},"max_tokens":16384,"reasoning_effort":"high"}`},
		{"local", "local", floor(1), `{"stream":true,"stream_options":{"include_usage":true},"max_tokens":20,"ignore_eos":true,"min_p":0.0,"temperature":0.7,"top_k":20,"top_p":0.8}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				engine := &endpointtest.Engine{PerRequest: 5, OutputTokens: 20}
				var bodies [][]byte
				server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					if r.Body = io.NopCloser(bytes.NewReader(body)); bytes.Contains(body, []byte(" turn ")) { // not of the preflight
						bodies = append(bodies, body)
					}
					engine.ServeHTTP(w, r)
				}))
				defer server.Close()
				cfg := agentperf.Config{Profile: tt.profile, Tiers: tt.tiers, Workload: workload(t, 8, []int{20, 20}, 0), Seed: 1}
				cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", server.Dial
				if _, err := agentperf.Check(t.Context(), cfg, 1); err != nil {
					t.Fatal(err)
				}
				if len(bodies) == 0 {
					t.Fatal("no request")
				}
				for _, body := range bodies {
					var got, want map[string]any
					if err := json.Unmarshal(body, &got); err != nil {
						t.Fatal(err)
					}
					if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
						t.Fatal(err)
					}
					first := got["messages"].([]any)[0].(map[string]any)["content"].(string)
					if strings.HasPrefix(first, "t") && strings.Contains(first[:4], "turn") || !strings.Contains(first, " turn 0") {
						t.Errorf("no prefix in front of %q", first)
					}
					delete(got, "messages")
					delete(got, "model")
					if !reflect.DeepEqual(got, want) {
						t.Fatalf("%v, want %v", got, want)
					}
				}
			})
		})
	}
}
