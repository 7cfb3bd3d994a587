package report

import "github.com/agentperf/agentperf-go/agentperf"

// clientsOf returns how many clients drove the load of a report together; 0 if one did.
func clientsOf(r *Report) int {
	if r.Agentperf == nil {
		return 0
	}
	most := 0
	for i := range r.Agentperf.Phases {
		most = max(most, len(r.Agentperf.Phases[i].Clients))
	}
	return most
}

// clients adds what is known of each of several clients in the phases of a number of agents: the
// worst of how it fared itself, and its throughput over all of them.
func (m *metricsText) clients(r *agentperf.Report, n *agentperf.NumberFigures, labels []string) {
	var all []agentperf.ClientResult
	var tokens []float64
	places := make(map[string]int)
	for _, i := range n.Phases {
		p := &r.Phases[i]
		for k := range p.Clients {
			c := &p.Clients[k]
			at, known := places[c.Name]
			if !known {
				at = len(all)
				places[c.Name] = at
				all, tokens = append(all, agentperf.ClientResult{Name: c.Name}), append(tokens, 0)
			}
			a := &all[at]
			a.Requests, a.Failed = a.Requests+c.Requests, a.Failed+c.Failed
			a.LagSeconds, a.StartLate = max(a.LagSeconds, c.LagSeconds), most(a.StartLate, c.StartLate)
			a.Lateness, a.CPUShare, a.ClockError = most(a.Lateness, c.Lateness), most(a.CPUShare, c.CPUShare), most(a.ClockError, c.ClockError)
			tokens[at] += c.OutputTokensPerSecond * p.MeasuredSeconds
		}
	}
	for i := range all {
		c := &all[i]
		by := append(labels[:len(labels):len(labels)], "client", c.Name)
		m.gauge("agentperf_client_lag_seconds", "How late a client noticed events, in the worst phase.", c.LagSeconds, by...)
		m.gauge("agentperf_client_lateness_seconds", "How late it sent its requests, at the P99 or P90 of the worst phase.", c.Lateness, by...)
		m.gauge("agentperf_client_start_late_seconds", "How late it started its first agent, in the worst phase.", c.StartLate, by...)
		m.gauge("agentperf_client_clock_error_seconds", "How far its clock may be off that of the others, in the worst phase.", c.ClockError, by...)
		m.gauge("agentperf_client_cpu_ratio", "Part of the time of its processors that it used, in the worst phase.", c.CPUShare, by...)
		if n.MeasuredSeconds > 0 {
			m.gauge("agentperf_client_output_tokens_per_second", "Throughput of the system for the agents of a client.", tokens[i]/n.MeasuredSeconds, by...)
		}
		m.gauge("agentperf_client_requests", "Requests of a client measured.", c.Requests, by...)
		m.gauge("agentperf_client_requests_failed", "Requests of a client that the server failed.", c.Failed, by...)
	}
}

// most returns the greater of two figures that may be unknown.
func most(a, b *float64) *float64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}
