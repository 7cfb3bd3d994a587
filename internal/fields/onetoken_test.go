package fields_test

import (
	"encoding/json"
	"testing"

	"github.com/agentperf/agentperf-go/internal/fields"
)

// Only thinking with a budget is left out, and of a copy.
func TestForOneToken(t *testing.T) {
	for thinking, stays := range map[string]bool{
		`{"type":"enabled","budget_tokens":1024}`: false,
		`{"type":"enabled"}`:                      true,
		`{"type":"disabled"}`:                     true,
		`7`:                                       true,
	} {
		all := map[string]json.RawMessage{"thinking": json.RawMessage(thinking), "top_p": json.RawMessage("1")}
		got := fields.ForOneToken(all)
		if _, ok := got["thinking"]; ok != stays || string(got["top_p"]) != "1" || len(all) != 2 {
			t.Errorf("%s: %v of %v", thinking, got, all)
		}
	}
	if got := fields.ForOneToken(nil); got != nil {
		t.Errorf("%v of none", got)
	}
}
