package trajectory_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Each field of a policy that is left zero beside others is what its documentation says.
func TestZeroFieldsOfPolicy(t *testing.T) {
	zero := trajectory.Policy{
		API:    trajectory.APIChat,
		Output: trajectory.OutputExact, MaxTokens: trajectory.DefaultMaxTokens, MaxTokensField: "max_tokens",
		ToolDelay: trajectory.ToolDelayRecorded, ToolDelayScale: 1, SyntheticFactor: 1, Prefix: trajectory.PrefixAfterSystem, FailurePause: time.Second,
	}
	for _, set := range []func(p *trajectory.Policy){
		func(*trajectory.Policy) {},
		func(p *trajectory.Policy) { p.Model = "m" },
		func(p *trajectory.Policy) { p.BillingLine = true },
		func(p *trajectory.Policy) { p.Output = trajectory.OutputCap },
		func(p *trajectory.Policy) { p.MaxTokens = 7 },
		func(p *trajectory.Policy) { p.MaxTokensField = "max_completion_tokens" },
		func(p *trajectory.Policy) { p.Window = 9 },
		func(p *trajectory.Policy) { p.ToolDelay = trajectory.ToolDelayNone },
		func(p *trajectory.Policy) { p.ToolDelayScale = 2 },
		func(p *trajectory.Policy) { p.SyntheticFactor = 1.5 },
		func(p *trajectory.Policy) { p.ToolDelayMax = time.Minute },
		func(p *trajectory.Policy) { p.HumanWaits = time.Minute },
		func(p *trajectory.Policy) { p.Prefix = trajectory.PrefixNone },
		func(p *trajectory.Policy) { p.FailurePause = time.Minute },
	} {
		got, want := trajectory.Policy{}, zero
		set(&got)
		set(&want)
		if d := cmp.Diff(want, got.Resolve()); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	}
	for api, limit := range map[trajectory.API]string{trajectory.APIMessages: "max_tokens", trajectory.APIResponses: "max_output_tokens"} {
		if p := (trajectory.Policy{API: api}).Resolve(); p.API != api || p.MaxTokensField != limit {
			t.Errorf("%s: resolved to %+v", api, p)
		}
		if err := (trajectory.Policy{API: api, MaxTokensField: limit}).Resolve().Validate(); err != nil {
			t.Error(err)
		}
	}
	raw := func(name string) map[string]json.RawMessage {
		return map[string]json.RawMessage{name: json.RawMessage("1")}
	}
	for want, p := range map[string]trajectory.Policy{
		`API is "x", expected chat, messages or responses`:               {API: "x"},
		`MaxTokensField is "max_tokens", expected max_output_tokens`:     {API: trajectory.APIResponses, MaxTokensField: "max_tokens"},
		`MaxTokensField is "max_completion_tokens", expected max_tokens`: {API: trajectory.APIMessages, MaxTokensField: "max_completion_tokens"},
		`body field "system" is set for each request`:                    {API: trajectory.APIMessages, Fields: raw("system")},
		`body field "previous_response_id" is set for each request`:      {API: trajectory.APIResponses, Fields: raw("previous_response_id")},
		"ToolDelayMax is 60ns, which looks like a number without a unit": {ToolDelayMax: 60},
		"HumanWaits is -1ns":     {HumanWaits: -1},
		"FailurePause is 5ns":    {FailurePause: 5},
		"SyntheticFactor is -1":  {SyntheticFactor: -1},
		"SyntheticFactor is NaN": {SyntheticFactor: math.NaN()},
		"SyntheticFactor is 5":   {SyntheticFactor: 5},
	} {
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
