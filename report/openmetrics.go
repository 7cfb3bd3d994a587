package report

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/plain"
)

// WriteOpenMetrics writes reports as OpenMetrics text, which Prometheus and its text-file
// collector read: gauges with the labels run, model and system, and tier, agents, concurrency,
// speed or client. The time stamps are left to whoever scrapes; agentperf_run_started_timestamp_seconds
// says when a run was. Two reports of the same run are an error, since they would be one series.
func WriteOpenMetrics(w io.Writer, reports ...*Report) error {
	m := &metricsText{families: make(map[string]*family)}
	for _, r := range reports {
		run := []string{"run", runOf(r)}
		model, system := r.names()
		for _, l := range [][2]string{{"model", model}, {"system", system}} {
			if l[1] != "" {
				run = append(run, l[0], l[1])
			}
		}
		m.run(r, run)
		if r.SLT != nil {
			m.sweep(r, run)
		} else {
			m.agents(r.Agentperf, run)
		}
	}
	if m.err != nil {
		return fmt.Errorf("report: %w", m.err)
	}
	var b strings.Builder
	for _, name := range m.order {
		f := m.families[name]
		fmt.Fprintf(&b, "# TYPE %s gauge\n# HELP %s %s\n", name, name, f.help)
		for _, s := range f.samples {
			fmt.Fprintf(&b, "%s{%s} %s\n", name, s.labels, strconv.FormatFloat(s.value, 'g', -1, 64))
		}
	}
	b.WriteString("# EOF\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// runOf names a run: by its ID or, where it has none, by its file.
func runOf(r *Report) string {
	if r.SLT != nil {
		return cmp.Or(r.SLT.Run, r.Name)
	}
	return cmp.Or(r.Agentperf.Run, r.Name)
}

// A metricsText collects the samples of each family, which must stand together.
type metricsText struct {
	order    []string
	families map[string]*family
	err      error
}

type family struct {
	help    string
	samples []sample
	seen    map[string]bool // labels
}

type sample struct {
	labels string
	value  float64
}

// gauge adds a sample; v is a number, or a pointer to one that is nil where nothing is known.
func (m *metricsText) gauge(name, help string, v any, labels ...string) {
	var value float64
	switch v := v.(type) {
	case *float64:
		if v == nil {
			return
		}
		value = *v
	case *int:
		if v == nil {
			return
		}
		value = float64(*v)
	case int:
		value = float64(v)
	case float64:
		value = v
	case bool:
		if v {
			value = 1
		}
	}
	f := m.families[name]
	if f == nil {
		f = &family{help: help, seen: make(map[string]bool)}
		m.families[name], m.order = f, append(m.order, name)
	}
	var pairs []string
	for i := 0; i < len(labels); i += 2 {
		pairs = append(pairs, labels[i]+`="`+labelValue(labels[i+1])+`"`)
	}
	text := strings.Join(pairs, ",")
	if f.seen[text] && m.err == nil {
		m.err = fmt.Errorf("%s{%.200s} would be there twice: two reports of one run, or two tiers or levels of one name", name, text)
	}
	f.seen[text] = true
	f.samples = append(f.samples, sample{text, value})
}

// labelValue escapes a value of a label, and control characters before that.
func labelValue(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(plain.Text(s))
}

func (m *metricsText) run(r *Report, labels []string) {
	t := r.tool()
	kind, rule, started := "slt", "", r.started()
	if r.Agentperf != nil {
		kind, rule = "agentperf", r.Agentperf.Config.Rule.Name
	}
	info := append(labels[:len(labels):len(labels)], "kind", kind, "rule", rule, "version", t.Version)
	m.gauge("agentperf_run_details", "A run, and how it measured. Always 1.", 1, info...)
	m.gauge("agentperf_run_complete", "Whether the run came to its end.", r.Complete(), labels...)
	if !started.IsZero() {
		m.gauge("agentperf_run_started_timestamp_seconds", "When the run began.", float64(started.UnixMilli())/1e3, labels...)
	}
}

func (m *metricsText) agents(r *agentperf.Report, run []string) {
	for i := range r.Tiers {
		t := &r.Tiers[i]
		labels := append(run[:len(run):len(run)], "tier", t.Name)
		m.gauge("agentperf_tier_max_agents", "The largest number of agents at which the service level held.", t.MaxAgents, labels...)
		m.gauge("agentperf_tier_first_failing_agents", "The smallest number of agents at which it was seen to fail.", t.FirstFailingAgents, labels...)
		m.gauge("agentperf_tier_estimate_agents", "The best guess at the limit.", t.EstimateAgents, labels...)
	}
	for i := range r.Numbers {
		n := &r.Numbers[i]
		labels := append(run[:len(run):len(run)], "agents", strconv.Itoa(n.Agents))
		m.gauge("agentperf_p25_output_speed_tokens_per_second", "P25 output speed of the requests at a number of agents.", n.P25Speed, labels...)
		m.gauge("agentperf_p25_e2e_speed_tokens_per_second", "P25 of all output tokens over the whole request.", n.P25E2ESpeed, labels...)
		m.gauge("agentperf_p95_ttft_seconds", "P95 time to first token.", n.P95TTFT, labels...)
		m.gauge("agentperf_output_tokens_per_second", "Throughput of the system.", n.OutputTokensPerSecond, labels...)
		if s := n.Server; s != nil {
			m.gauge("agentperf_server_requests_waiting", "Requests queued in the system, on average, by its own metrics.", s.Waiting, labels...)
			m.gauge("agentperf_server_kv_use_ratio", "Part of the KV cache in use, on average.", s.KVUse, labels...)
		}
		for _, y := range n.Yields {
			by := append(labels[:len(labels):len(labels)], "basis", string(y.Basis))
			m.gauge("agentperf_power_watts", "Measured power of the system.", y.Watts, by...)
			m.gauge("agentperf_energy_per_output_token_joules", "Measured energy for each output token.", y.JoulesPerOutputToken, by...)
		}
		m.gauge("agentperf_requests", "Requests measured.", n.Requests, labels...)
		m.gauge("agentperf_requests_failed", "Requests that the server failed.", n.Failed, labels...)
		m.clients(r, n, labels)
	}
}

func (m *metricsText) sweep(r *Report, run []string) {
	m.gauge("slt_peak_output_tokens_per_second", "The greatest throughput of any level.", r.SLT.PeakOutputTokensPerSecond, run...)
	for _, a := range r.SLT.AtSpeed {
		labels := append(run[:len(run):len(run)], "speed", strconv.FormatFloat(float64(a.Speed), 'g', -1, 64))
		m.gauge("slt_at_speed_output_tokens_per_second", "Throughput at an output speed per query.", a.OutputTokensPerSecond, labels...)
	}
	for i := range r.SLT.Levels {
		l := &r.SLT.Levels[i]
		f := l.Figures
		if f == nil {
			continue
		}
		labels := append(run[:len(run):len(run)], "concurrency", strconv.Itoa(l.Concurrency))
		m.gauge("slt_output_tokens_per_second", "Throughput of a level.", f.OutputTokensPerSecond, labels...)
		m.gauge("slt_median_output_speed_tokens_per_second", "Median output speed per query.", f.MedianOutputSpeed, labels...)
		m.gauge("slt_median_ttft_seconds", "Median time to first token.", f.MedianTTFT, labels...)
		m.gauge("slt_p95_ttft_seconds", "P95 time to first token.", f.P95TTFT, labels...)
		m.gauge("slt_requests", "Queries measured.", f.Requests, labels...)
		m.gauge("slt_requests_failed", "Queries that the server failed.", f.Failed, labels...)
	}
}
