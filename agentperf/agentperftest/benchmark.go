package agentperftest

import (
	"errors"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/plain"
)

// Benchmark measures a number of agents once for each iteration: one phase, by agentperf.Quick
// where cfg has no Rule. It reports
//
//	agents         the number of agents
//	p25-tok/s      P25 of output speed, in tokens per second: more is better
//	p95-ttft-sec   P95 of time to first token, in seconds: less is better
//	out-tok/s      output tokens per second of the whole system: more is better
//
// in the form that benchstat reads. Each figure is the mean over the iterations, as ns/op is:
// every phase counts alike, and the figure does not depend on their number. (A percentile of
// all requests together would weigh a phase by its requests, of which a slow one has few.) For
// an interval benchstat needs several results, and so -count, of which each is a
// phase of half a minute:
//
//	go test -run '^$' -bench Agents64 -count 6 > old.txt
//
// There is no ns/op: an iteration takes as long as its rule says, whatever the system does.
//
// An invalid phase, a system that answers too few requests for a figure, and any other error
// end the benchmark: they are never a number. Leave Config.Seed 0, or each iteration sends what
// the one before has left in the system's cache. Under agentperf.Controlled the phase is
// a single one of those that its verdicts rest on.
func Benchmark(b *testing.B, cfg agentperf.Config, agents int) {
	b.Helper()
	cfg = withRule(cfg)
	cfg.MaxPhases = 1
	var m means
	for b.Loop() {
		report, err := agentperf.Check(b.Context(), cfg, agents)
		fatal(b, err)
		if errors.Is(err, agentperf.ErrUndecided) && report.Config.Rule.ErrorRate == 0 { // under Controlled one phase decides nothing
			b.Fatalf("%s\n%s", plain.Text(err.Error()), table(report))
		}
		f := report.Phases[0].Figures
		if f == nil || f.P25Speed == nil || f.P95TTFT == nil {
			b.Fatalf("nothing to report: there is no P25 of speed, or no P95 of TTFT as too many requests failed\n%s", table(report))
		}
		m.add("agents", float64(agents))
		m.add("p25-tok/s", *f.P25Speed)
		m.add("p95-ttft-sec", *f.P95TTFT)
		m.add("out-tok/s", f.OutputTokensPerSecond)
	}
	m.report(b)
}

// BenchmarkLimit searches for the largest number of agents at which each tier holds, once for
// each iteration, as [agentperf.Run] does, by agentperf.Quick where cfg has no Rule: some eight
// phases, or five minutes. For each tier it reports the mean of that number over the iterations
// in the unit of the tier's name and "-agents":
//
//	100@5s-agents
//
// Where the search saw no failure just above the number, that is only a bound; the benchmark
// says so in a line of its own. A search with an invalid phase or without an answer for some
// tier ends the benchmark, and there is no ns/op, as with [Benchmark].
func BenchmarkLimit(b *testing.B, cfg agentperf.Config) {
	b.Helper()
	cfg = withRule(cfg)
	var m means
	for b.Loop() {
		report, err := agentperf.Run(b.Context(), cfg)
		fatal(b, err)
		for _, p := range report.Phases {
			if p.Invalid != "" {
				fatal(b, errors.Join(agentperf.ErrInvalid, errors.New(p.Invalid)))
			}
		}
		for i := range report.Tiers {
			t := &report.Tiers[i]
			exact := t.FirstFailingAgents != nil && *t.FirstFailingAgents == t.MaxAgents+1
			switch {
			case t.MaxAgents == 0 && !exact:
				b.Fatalf("%s\n%s", plain.Text(t.Sentence()), table(report))
			case !exact:
				b.Logf("%s is only a bound: %s", unit(t), plain.Text(t.Sentence()))
			}
			m.add(unit(t), float64(t.MaxAgents))
		}
	}
	m.report(b)
}

// unit returns the unit of the limit of a tier. One must not contain white space.
func unit(t *agentperf.TierResult) string {
	return strings.Join(strings.Fields(plain.Text(t.Name)), "-") + "-agents"
}

// means are the means of figures over the iterations of a benchmark.
type means struct{ counts, sums map[string]float64 }

func (m *means) add(unit string, value float64) {
	if m.sums == nil {
		m.counts, m.sums = make(map[string]float64), make(map[string]float64)
	}
	m.counts[unit]++
	m.sums[unit] += value
}

func (m *means) report(b *testing.B) {
	b.ReportMetric(0, "ns/op") // which leaves it out
	for unit, sum := range m.sums {
		b.ReportMetric(sum/m.counts[unit], unit)
	}
}
