package formats

import (
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/report"
)

// Prometheus' own parser accepts what is written, and reads the figures of the reports.
func TestOpenMetrics(t *testing.T) {
	agents, _ := search(t, 14, point())
	load := sweep(t)
	for _, reports := range [][]*report.Report{{agents, load}, {hostile(agents), hostile(load)}} {
		var b strings.Builder
		if err := report.WriteOpenMetrics(&b, reports...); err != nil {
			// Both have the same run and labels by now.
			if !strings.Contains(err.Error(), "would be there twice") {
				t.Fatal(err)
			}
			reports = reports[:1]
			b.Reset()
			if err := report.WriteOpenMetrics(&b, reports...); err != nil {
				t.Fatal(err)
			}
		}
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(strings.NewReader(b.String()))
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		tiers := families["agentperf_tier_max_agents"].GetMetric()
		if len(tiers) != 2 || tiers[0].GetGauge().GetValue() != float64(agents.Agentperf.Tiers[0].MaxAgents) {
			t.Errorf("%v", tiers)
		}
		for _, l := range tiers[0].GetLabel() {
			if want := plain.Text(agents.Agentperf.Tiers[0].Name); l.GetName() == "tier" && l.GetValue() != want {
				t.Errorf("tier %q, want %q", l.GetValue(), want)
			}
		}
		speeds := families["agentperf_p25_output_speed_tokens_per_second"].GetMetric()
		if len(speeds) != len(agents.Agentperf.Numbers) || speeds[0].GetGauge().GetValue() != *agents.Agentperf.Numbers[0].P25Speed {
			t.Errorf("%v", speeds)
		}
		if !strings.HasSuffix(b.String(), "\n# EOF\n") || strings.Count(b.String(), "\n# EOF\n") != 1 {
			t.Error(b.String())
		}
	}
}
