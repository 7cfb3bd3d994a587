package agentperf

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/telemetry"
)

// Clocks that are held down more and more explain a system that gets slower; where it does not,
// or where they are as they were, there is nothing to explain.
func TestThrottlingExplainsDrift(t *testing.T) {
	const drifts = "the system is not steady: it got 12 % slower in 40 min"
	for _, tt := range []struct {
		name, reason string
		shares       []float64
		want         string
	}{
		{"grows", drifts, []float64{0, 0, 0.1, 0.2, 0.3, 0.5}, "clocks were held down for 0 % of the time in the first third of the phases and for 40 % in the last"},
		{"stays", drifts, []float64{0.4, 0.4, 0.4, 0.4, 0.42, 0.43}, ""},
		{"steady", "P25 output speed is below 100", []float64{0, 0, 0.1, 0.2, 0.3, 0.5}, ""},
		{"unknown", drifts, nil, ""},
	} {
		r := &run{report: newReport(), log: slog.New(slog.DiscardHandler)}
		r.report.Tiers = []TierResult{{Numbers: []Number{{Agents: 4}, {Agents: 5, Reason: tt.reason}}}}
		r.report.Phases = append(r.report.Phases, PhaseResult{Figures: &Figures{}}, PhaseResult{Power: &telemetry.Power{}}) // unknown, invalid
		for _, share := range tt.shares {
			p := &telemetry.Power{Figures: []telemetry.PowerFigure{{Devices: make([]telemetry.DevicePower, 1)}}, Throttled: []telemetry.Throttle{{Device: "a", Reason: telemetry.Thermal, Share: share}}}
			r.report.Phases = append(r.report.Phases, PhaseResult{Figures: &Figures{}, Power: p})
		}
		r.warnOfThrottling()
		var said strings.Builder
		for _, w := range r.report.Warnings {
			said.WriteString(w.Code + ": " + w.Text)
		}
		if (tt.want == "") != (said.String() == "") || !strings.Contains(said.String(), tt.want) || said.String() != "" && !strings.HasPrefix(said.String(), "throttling_grows: ") {
			t.Errorf("%s: %q, want %q", tt.name, said.String(), tt.want)
		}
	}
}
