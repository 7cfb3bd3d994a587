package conformance_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/conformance"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

func TestConfig(t *testing.T) {
	for _, tt := range []struct {
		name  string
		set   func(*conformance.Config)
		want  conformance.Capability
		error string
	}{
		{"no URL", func(c *conformance.Config) { c.Endpoint.URL = "" }, "", "endpoint: URL is missing"},
		{"one request at once", func(c *conformance.Config) { c.Concurrency = 1 }, "", "Concurrency is 1, expected 2 to 1024"},
		{"too many at once", func(c *conformance.Config) { c.Concurrency = 1025 }, "", "Concurrency is 1025, expected 2 to 1024"},
		{"negative", func(c *conformance.Config) { c.Timeout = -time.Second }, "", "conformance: Timeout is -1s, expected 0s or more"},
		{"no unit", func(c *conformance.Config) { c.Timeout = 300 }, "", "conformance: Timeout is 300ns, which looks like a number without a unit"},
		{"no JSON", func(c *conformance.Config) { c.Fields = map[string]json.RawMessage{"effort": json.RawMessage("high")} }, "", `the value of field "effort" is not JSON`},
		{"no rule", func(*conformance.Config) {}, "speed", `there is no rule "speed", expected one of models, answer, `},
	} {
		cfg := conformance.Config{}
		cfg.Endpoint.URL = "http://127.0.0.1:1"
		tt.set(&cfg)
		var want []conformance.Capability
		if tt.want != "" {
			want = []conformance.Capability{tt.want}
		}
		r, err := conformance.Run(t.Context(), cfg, want...)
		if err == nil || !strings.Contains(err.Error(), tt.error) || r.Err() == nil {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.error)
		}
	}
}

// The zero value is what its documentation says, and what it costs is what is announced.
func TestZeroConfig(t *testing.T) {
	zero := conformance.Config{}.Cost()
	set := conformance.Config{Concurrency: 4, Timeout: 5 * time.Minute}.Cost()
	if zero != set {
		t.Errorf("%v, want %v", zero, set)
	}
	// Worked out by hand from the table of rules.
	const requests, tokens = 3 + 2 + 1 + 1 + 3 + 1 + 1 + 4 + 4 + 4 + 3 + 2 + 1 + 1 + 2 + 1 + 1,
		3*64 + 2*128 + 1024 + 16 + 3*16 + 16 + 96 + 4*16 + 4*128 + 4*2048 + 3*16 + 2 + 16 + 16 + 2*48 + 48 + 16
	if zero.Requests != requests || zero.OutputTokens != tokens || zero.Seconds != 300 {
		t.Errorf("%+v, want %d requests, %d tokens", zero, requests, tokens)
	}
	if more := (conformance.Config{Concurrency: 8}).Cost(); more.Requests != requests+8 || more.OutputTokens != tokens+4*(128+2048) {
		t.Errorf("with 8 at once: %+v", more)
	}
}

// Fields are in every request, and the rules about them are skipped.
func TestFields(t *testing.T) {
	cfg := conformance.Config{Fields: map[string]json.RawMessage{"ignore_eos": json.RawMessage("true"), "temperature": json.RawMessage("0.5")}}
	r, err := look(t, &odd{natural: 9}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range []conformance.Capability{conformance.IgnoreEOS, conformance.Deterministic} {
		if f := finding(t, r, rule); f.Status != conformance.Skipped || !strings.Contains(f.Saw, "Fields set") {
			t.Errorf("%+v", f)
		}
	}
	if n := finding(t, r, conformance.MaxTokens); n.Status != conformance.Passed {
		t.Errorf("ignore_eos was not sent: %+v", n)
	}
}

// Findings come one by one, in the order of the report; what is wanted is required and
// nothing else.
func TestEachAndWant(t *testing.T) {
	var each []conformance.Finding
	r, err := look(t, &endpointtest.Engine{OutputTokens: 9, IgnoreEOSIgnored: true, Trick: "cached_claimed"}, conformance.Config{Each: func(f conformance.Finding) { each = append(each, f) }},
		conformance.Usage, conformance.CachedTokens)
	if err != nil || !slices.Equal(each, r.Rules) {
		t.Errorf("%v: %v\n%v", err, each, r.Rules)
	}
	for _, f := range r.Rules {
		if f.Required != (f.Rule == conformance.Usage || f.Rule == conformance.CachedTokens) {
			t.Errorf("%s: required %t", f.Rule, f.Required)
		}
	}
	// That ignore_eos is ignored is information here; that too much is said to be cached is not.
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "cached_tokens: ") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
	if all := conformance.Required(); !slices.Contains(all, conformance.IgnoreEOS) || slices.Contains(all, conformance.Role) {
		t.Errorf("required by default: %q", all)
	}
}

func TestReport(t *testing.T) {
	r, err := look(t, &endpointtest.Engine{Model: "m", ContextTokens: 8192}, conformance.Config{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back conformance.Report
	if err := json.Unmarshal(text, &back); err != nil || back.Schema != "agentperf.conformance/1" || back.Model != "m" ||
		back.ContextTokens != 8192 || !back.Complete || !slices.Equal(back.Rules, r.Rules) || back.Err() != nil {
		t.Errorf("%v\n%s", err, text)
	}
	var table strings.Builder
	if err := r.WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Rules {
		if !strings.Contains(table.String(), "\n"+string(f.Rule)+" ") || !strings.Contains(table.String(), f.Saw+"\n") || !strings.Contains(table.String(), f.Why+"\n") {
			t.Errorf("the table lacks a part of %+v:\n%s", f, &table)
		}
	}
}
