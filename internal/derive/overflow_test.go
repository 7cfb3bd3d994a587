package derive_test

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
)

// Which context would do, and how sure that is, by what is known of the requests.
func TestOverflow(t *testing.T) {
	row := func(outcome record.Outcome, recorded, prompt, most int32, forced bool) record.Row {
		r := record.New()
		r.Outcome, r.Recorded, r.Planned, r.Prompt, r.MaxTokens, r.Forced = outcome, recorded, recorded, prompt, most, forced
		if recorded < 0 { // and estimated
			r.Recorded, r.Planned = record.None, -recorded
		}
		return r
	}
	const ok, over, none = record.OK, record.Overflow, record.None
	for _, tt := range []struct {
		name   string
		window int
		rows   []record.Row
		want   string // empty where nothing overflowed
	}{
		{"all fit", 4000, []record.Row{row(ok, 1000, 1100, 50, true)}, ""},
		{"by the others' count", 4000, []record.Row{row(ok, 1000, 1100, 50, true), row(ok, 3000, 3300, 50, true), row(over, 3950, none, 50, true)},
			"context of 4000 tokens; the server counts 1.10 times the input tokens that were recorded (N 2); with a context of 3636 tokens (Config"},
		{"by its own", 4000, []record.Row{row(ok, 1000, 1000, 50, true), row(over, 4000, 5000, 50, true)}, "1.25 times the input tokens that were recorded (N 2); with a context of 3200 tokens ("},
		{"of which nothing is known but that it is too long", 0, []record.Row{row(over, 3950, none, 50, true)}, "endpoint's context; with a context of 3999 tokens ("},
		{"too long by others' count as well", 4000, []record.Row{row(ok, 1000, 1000, 50, true), row(over, 3950, none, 50, true)}, "1.00 times the input tokens that were recorded (N 1); with a context of 3999 tokens ("},
		{"an open answer takes what is left", 4000, []record.Row{row(over, 3900, 4290, 1, false)}, "with a context of 3636 tokens ("},
		{"an estimate", 4000, []record.Row{row(over, -4000, 5000, 50, false)}, "1.25 times the input tokens that were estimated (N 1); with a context of 3200 tokens ("},
		{"nothing is known", 4000, []record.Row{row(over, 0, 5000, 50, true)}, "context of 4000 tokens; a smaller context (Config"},
	} {
		p := &record.Phase{Header: record.Header{ContextTokens: tt.window}, Rows: tt.rows}
		if why := derive.Invalid(p); (why == "") != (tt.want == "") || !strings.Contains(why, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, why, tt.want)
		}
		if (derive.Refused(p) != nil) != (tt.want != "") {
			t.Errorf("%s: refused is %v", tt.name, derive.Refused(p))
		}
	}
}

func TestFailures(t *testing.T) {
	p := phase(1, answer{outcome: record.OK}, answer{outcome: "status", message: 1}, answer{outcome: "reset", message: 2}, answer{outcome: "reset", message: 2}, answer{outcome: record.Overflow})
	if got, want := derive.Failures(p), "3 of 5 requests failed, 2 of them reset (reset by peer)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := derive.Failures(phase(1, answer{outcome: record.Local})); got != "" {
		t.Errorf("%q of none", got)
	}
}
