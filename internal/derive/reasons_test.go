package derive_test

import (
	"testing"

	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

func TestReasons(t *testing.T) {
	var r derive.Reasons
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

// A few short answers without a speed are nothing to warn of.
func TestNoteworthy(t *testing.T) {
	for _, tt := range []struct {
		reasons   derive.Reasons
		all, long int
		want      bool
	}{
		{nil, 0, 0, false},
		{derive.Reasons{metrics.AtOnce: 50}, 100, 0, false},
		{derive.Reasons{metrics.AtOnce: 51}, 100, 0, true},
		{derive.Reasons{metrics.AtOnce: 1}, 100, 1, true},
		{derive.Reasons{metrics.Burst: 1}, 100, 0, true},
		{derive.Reasons{metrics.TokensDoNotFit: 1}, 100, 0, true},
	} {
		if got := tt.reasons.Noteworthy(tt.all, tt.long); got != tt.want {
			t.Errorf("%v of %d, %d long: %v", tt.reasons, tt.all, tt.long, got)
		}
	}
}
