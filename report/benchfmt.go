package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// WriteBenchfmt writes reports as results of Go benchmarks, for benchstat: a result for each
// number of agents or level, and one for each limit. Names and units are those that package
// agentperftest reports: p25-tok/s, p25-e2e-tok/s, p95-ttft-sec and out-tok/s, and agents for a
// limit; median-tok/s and median-ttft-sec of a System Load Test. What is not known is left out.
// The number of iterations is that of the requests measured.
//
// Several reports of one configuration are several samples to benchstat, whose tests know nothing
// of what Report says of its certainty: [Compare] does.
func WriteBenchfmt(w io.Writer, reports ...*Report) error {
	var b strings.Builder
	for _, unit := range []string{"p25-tok/s", "p25-e2e-tok/s", "out-tok/s", "agents", "median-tok/s"} {
		fmt.Fprintf(&b, "Unit %s better=higher\n", unit)
	}
	for _, unit := range []string{"p95-ttft-sec", "median-ttft-sec"} {
		fmt.Fprintf(&b, "Unit %s better=lower\n", unit)
	}
	for _, r := range reports {
		// Only what is alike in runs that are compared: benchstat makes a table for each value.
		model, _ := r.names()
		config(&b, "model", model)
		if r.SLT != nil {
			config(&b, "rule", "")
			benchSweep(&b, r)
		} else {
			config(&b, "rule", r.Agentperf.Config.Rule.Name)
			benchAgents(&b, r)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// config writes a line of configuration, which holds for what follows; an empty value ends it.
func config(b *strings.Builder, key, value string) {
	fmt.Fprintf(b, "%s: %s\n", key, strings.TrimSpace(plain.Text(value)))
}

func benchAgents(b *strings.Builder, r *Report) {
	for i := range r.Agentperf.Numbers {
		n := &r.Agentperf.Numbers[i]
		bench(b, "Agents/agents="+strconv.Itoa(n.Agents), n.Requests,
			"p25-tok/s", n.P25Speed, "p25-e2e-tok/s", n.P25E2ESpeed, "p95-ttft-sec", n.P95TTFT, "out-tok/s", n.OutputTokensPerSecond)
	}
	for i := range r.Agentperf.Tiers {
		t := &r.Agentperf.Tiers[i]
		if t.MaxAgents > 0 || t.FirstFailingAgents != nil {
			bench(b, "Limit/tier="+benchName(t.Name), 1, "agents", new(float64(t.MaxAgents)))
		}
	}
}

func benchSweep(b *strings.Builder, r *Report) {
	for i := range r.SLT.Levels {
		l := &r.SLT.Levels[i]
		if f := l.Figures; f != nil {
			bench(b, "SLT/concurrency="+strconv.Itoa(l.Concurrency), f.Requests, "out-tok/s", &f.OutputTokensPerSecond,
				"median-tok/s", f.MedianOutputSpeed, "median-ttft-sec", f.MedianTTFT, "p95-ttft-sec", f.P95TTFT)
		}
	}
	bench(b, "SLTPeak", 1, "out-tok/s", r.SLT.PeakOutputTokensPerSecond)
}

// bench writes a result of units and their values, unless it has none.
func bench(b *strings.Builder, name string, n int, values ...any) {
	var line strings.Builder
	line.WriteString(fmt.Sprintf("Benchmark%s %d", name, max(1, n)))
	any := false
	for i := 0; i < len(values); i += 2 {
		if v := values[i+1].(*float64); v != nil {
			line.WriteString(fmt.Sprintf(" %s %s", strconv.FormatFloat(*v, 'g', -1, 64), values[i]))
			any = true
		}
	}
	if any {
		b.WriteString(line.String() + "\n")
	}
}

// benchName makes a part of a benchmark's name of a name: without spaces, the / that parts begin
// with, the = of a key, and the - of GOMAXPROCS.
func benchName(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || strings.ContainsRune("/=-\u007f", r) || !plain.Visible(r) || r != ' ' && strings.TrimSpace(string(r)) == "" {
			return '_'
		}
		return r
	}, s)
}
