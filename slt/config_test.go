package slt

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Each field left zero beside others set is what its documentation says.
func TestDefaults(t *testing.T) {
	set := Config{
		Endpoint: endpoint.Config{URL: "http://host"}, Connect: func(int) trajectory.Sender { return nil }, Label: "l", Model: "m",
		Fields: nil, Name: "n", Levels: []int{3}, MaxConcurrency: 7, Plateau: Plateau{Gain: 0.5, Levels: 3},
		InputTokens: 11, OutputTokens: 12, Ramp: time.Second, Settle: 2 * time.Second, Measure: 3 * time.Second, Drain: 4 * time.Second,
		AtSpeeds: []metrics.TokensPerSecond{5}, System: pricing.System{Accelerators: 8}, Identity: &system.Identity{Name: "i"}, ClientLag: time.Second, Seed: 9,
	}
	documented := map[string]any{
		"Endpoint": endpoint.Config{}, "Connect": nil, "Label": "", "Model": "", "Fields": nil, "Name": "", "Progress": nil, "Logger": nil, "Observers": nil, "Series": nil, "Exclusive": false,
		"Levels": []int(nil), "MaxConcurrency": 4096, "Plateau": Plateau{Gain: 0.01, Levels: 2},
		"InputTokens": 1000, "OutputTokens": 1000, "Ramp": 15 * time.Second, "Settle": 15 * time.Second, "Measure": 3 * time.Minute, "Drain": 30 * time.Second,
		"AtSpeeds": []metrics.TokensPerSecond{100}, "System": pricing.System{}, "Identity": (*system.Identity)(nil), "ClientLag": 50 * time.Millisecond, "Seed": nil,
	}
	compare := cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(endpoint.Config{}),
		cmp.Comparer(func(a, b func(int) trajectory.Sender) bool { return (a == nil) == (b == nil) }),
		cmp.Comparer(func(a, b func(Event)) bool { return (a == nil) == (b == nil) })}
	kind := reflect.TypeFor[Config]()
	for i := range kind.NumField() {
		name := kind.Field(i).Name
		want, ok := documented[name]
		if !ok {
			t.Errorf("%s has no documented default here", name)
			continue
		}
		one := set
		reflect.ValueOf(&one).Elem().Field(i).SetZero()
		expected := set
		field := reflect.ValueOf(&expected).Elem().Field(i)
		field.SetZero()
		if want != nil {
			field.Set(reflect.ValueOf(want))
		}
		got := one.resolve()
		if name == "Seed" {
			if got.Seed == 0 || got.Seed == one.resolve().Seed {
				t.Errorf("seed %d is not drawn", got.Seed)
			}
			expected.Seed = got.Seed
		}
		if diff := cmp.Diff(expected, got, compare); diff != "" {
			t.Errorf("without %s: %s", name, diff)
		}
	}
	for _, tt := range []struct{ rule, want Plateau }{
		{Plateau{Levels: 3}, Plateau{0.01, 3}}, {Plateau{Gain: 0.5}, Plateau{0.5, 2}}, {Plateau{Gain: -1}, Plateau{0, 2}},
	} {
		if got := tt.rule.resolve(); got != tt.want {
			t.Errorf("%+v is %+v, want %+v", tt.rule, got, tt.want)
		}
	}
	none := Config{Ramp: -1, Settle: -1, Drain: -1, ClientLag: -1}.resolve()
	if none.Ramp != 0 || none.Settle != 0 || none.Drain != 0 || none.ClientLag >= 0 {
		t.Errorf("%+v", none)
	}
}

// Durations without a unit are refused with a hint, and so are those beyond any use.
func TestDurations(t *testing.T) {
	good := Config{Connect: func(int) trajectory.Sender { return nil }}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for name, of := range map[string]func(*Config) *time.Duration{
		"Ramp":      func(c *Config) *time.Duration { return &c.Ramp },
		"Settle":    func(c *Config) *time.Duration { return &c.Settle },
		"Measure":   func(c *Config) *time.Duration { return &c.Measure },
		"Drain":     func(c *Config) *time.Duration { return &c.Drain },
		"ClientLag": func(c *Config) *time.Duration { return &c.ClientLag },
	} {
		for d, words := range map[time.Duration]string{
			5: "is 5ns, which looks like a number without a unit: 5 seconds are 5*time.Second", math.MaxInt64: "expected at most 720h", 20 * time.Millisecond: "",
		} {
			c := good
			*of(&c) = d
			if err := c.Validate(); (err == nil) != (words == "") || err != nil && !strings.Contains(err.Error(), "slt: "+name+" ") || err != nil && !strings.Contains(err.Error(), words) {
				t.Errorf("%s of %v: %v", name, d, err)
			}
		}
		c := good
		*of(&c) = -1
		if err := c.Validate(); (err == nil) != (name != "Measure") {
			t.Errorf("negative %s: %v", name, err)
		}
	}
	if err := (Config{}).Validate(); err == nil || !strings.Contains(err.Error(), "URL is missing") {
		t.Error(err)
	}
}
