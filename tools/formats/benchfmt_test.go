package formats

import (
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"github.com/agentperf/agentperf-go/report"
)

// The reader that benchstat is made of reads the figures of the reports, and nothing else.
func TestBenchfmt(t *testing.T) {
	agents, _ := search(t, 14, point())
	load := sweep(t)
	speed, peak := *agents.Agentperf.Numbers[0].P25Speed, *load.SLT.PeakOutputTokensPerSecond
	for _, reports := range [][]*report.Report{{agents, load}, {hostile(agents), hostile(load)}} {
		var b strings.Builder
		if err := report.WriteBenchfmt(&b, reports...); err != nil {
			t.Fatal(err)
		}
		results := make(map[string]*benchfmt.Result)
		files := benchfmt.NewReader(strings.NewReader(b.String()), "x")
		for files.Scan() {
			switch rec := files.Result().(type) {
			case *benchfmt.Result:
				results[rec.Name.String()] = rec.Clone()
			case *benchfmt.SyntaxError:
				t.Errorf("%v\n%s", rec, b.String())
			}
		}
		if err := files.Err(); err != nil {
			t.Fatal(err)
		}
		limits := 0
		for name := range results {
			if strings.HasPrefix(name, "Limit/tier=") {
				limits++
			}
		}
		want := len(agents.Agentperf.Numbers) + limits + len(load.SLT.Levels) + 1
		if limits != 2 || len(results) != want {
			t.Errorf("%d results with %d limits, want %d\n%s", len(results), limits, want, b.String())
			continue
		}
		if v, ok := results["Agents/agents=1"].Value("p25-tok/s"); !ok || v != speed {
			t.Errorf("%v, want %v", v, speed)
		}
		if v, ok := results["SLTPeak"].Value("out-tok/s"); !ok || v != peak {
			t.Errorf("%v, want %v", v, peak)
		}
	}
}
