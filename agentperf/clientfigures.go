package agentperf

import (
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// codeUneven is of a client that saw another system than the others did.
const codeUneven = "uneven_clients"

// clients fills in what a phase says of its clients where there are several, and which ran
// which agent is known.
func (p *PhaseResult) clients(phase *record.Phase) {
	if len(phase.Clients) < 2 || phase.Owners == nil {
		return
	}
	rows, fit := measured(phase), derive.FitOf(phase, phase.End)
	own, throughput := derive.ByClient(phase, rows), derive.ClientTokensPerSecond(phase, derive.Density{})
	for i := range phase.Clients {
		c := clientResult(&phase.Clients[i], own[i], fit)
		c.OutputTokensPerSecond = throughput[i]
		p.Clients = append(p.Clients, c)
	}
	for _, owner := range phase.Owners {
		p.Clients[owner].Agents++
	}
	p.starts()
	p.warn(codeUneven, derive.Uneven(phase, rows, fit)...)
}

// starts fills in which of the clients that had agents started last, and by how much.
func (p *PhaseResult) starts() {
	var first, last *ClientResult
	for i := range p.Clients {
		c := &p.Clients[i]
		if c.Agents == 0 || c.StartLate == nil {
			continue
		}
		if first == nil || *c.StartLate < *first.StartLate {
			first = c
		}
		if last == nil || *c.StartLate > *last.StartLate {
			last = c
		}
	}
	if first != nil {
		p.StartSpread, p.LatestStart = new(*last.StartLate-*first.StartLate), last.Name
	}
}

// clientResult returns that of a client whose agents sent the given requests.
func clientResult(c *record.Client, own []*record.Row, fit derive.Fit) ClientResult {
	r := ClientResult{
		Name: c.Name, Requests: len(own), LagSeconds: c.Lag.Seconds(), Processors: c.Processors,
	}
	if c.StartLate != record.None {
		r.StartLate = new(c.StartLate.Seconds())
	}
	if c.ClockError != record.None {
		r.ClockError = new(c.ClockError.Seconds())
	}
	if c.CPUShare != record.None {
		r.CPUShare = new(c.CPUShare)
	}
	if late, known := derive.Lateness(own); known {
		r.Lateness = new(late.Seconds())
	}
	speed := metrics.Percentiles{Exact: -1}
	for _, q := range own {
		r.OutputTokens += int64(q.Tokens)
		if q.Failed() {
			r.Failed++
		}
		if v, ok := derive.Speed(q, fit); ok {
			speed.Record(v)
		}
	}
	r.P50Speed = at(&speed, 50)
	return r
}
