package agentperf_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

// Lines of Config.Requests have all columns, whatever is in them: a database takes the first
// line for what there is.
func TestRequestColumns(t *testing.T) {
	for _, line := range []any{agentperf.Request{}, agentperf.RequestPhase{}} {
		text, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		var columns map[string]any
		if err := json.Unmarshal(text, &columns); err != nil {
			t.Fatal(err)
		}
		if want := reflect.TypeOf(line).NumField(); len(columns) != want {
			t.Errorf("an empty %T has %d columns, want %d: %s", line, len(columns), want, text)
		}
	}
}
