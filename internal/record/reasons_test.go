package record_test

import (
	"testing"

	"github.com/agentperf/agentperf-go/internal/record"
	"github.com/agentperf/agentperf-go/metrics"
)

func TestReasons(t *testing.T) {
	var r record.Reasons
	r.Add(metrics.AtOnce, 2)
	if got, want := r.Text(9), "2 of 9 answers have no output speed: they came all at once"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	r.Add(metrics.NoTokens, 1)
	r.Add(metrics.AtOnce, 1)
	if got, want := r.Text(9), "4 of 9 answers have no output speed: they came all at once (3); they have no tokens after the first that came (1)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
