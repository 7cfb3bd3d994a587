package requestlog

import "github.com/agentperf/agentperf-go/agentperf/record"

// A Client is the program that wrote records.
type Client string

// The clients whose records are read.
const (
	Own    Client = "agentperf"
	AA     Client = "Artificial Analysis' client"
	AIPerf Client = "AIPerf"
)

// A Phase is one phase of records.
type Phase struct {
	record.Phase
	Client Client
	// Invalid says why the phase says nothing of the system, as its own client found.
	Invalid string
}

// Basis says what the output speeds of the phase rest on.
func (p *Phase) Basis() string {
	switch p.Client {
	case AA:
		return "tokens after the first over end - start - ttft: one token is taken to have come first, and the last at the end of the response"
	case AIPerf:
		return "tokens after the first over request_latency - time_to_first_token: one token is taken to have come first"
	}
	return "tokens after the first stamp over the time to the last, as measured"
}
