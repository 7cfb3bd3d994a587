package derive

import "github.com/agentperf/agentperf-go/agentperf/record"

// Failed returns the number of requests that failed by the system's fault.
func Failed(p *record.Phase) (n int) {
	for i := range p.Rows {
		if p.Rows[i].Failed() {
			n++
		}
	}
	return n
}

// OutputTokens returns the number of output tokens of all requests, measured or not.
func OutputTokens(p *record.Phase) (n int64) {
	for i := range p.Rows {
		n += int64(max(0, p.Rows[i].Tokens))
	}
	return n
}

// Succeeded returns the number of requests that succeeded.
func Succeeded(p *record.Phase) (n int) {
	for i := range p.Rows {
		if p.Rows[i].Outcome == record.OK {
			n++
		}
	}
	return n
}
