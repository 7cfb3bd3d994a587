package record_test

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// The speeds of the requests of a phase that began in its window. The rows are those of a client
// that knows when a request was sent, when its first token and its end came, and how many tokens
// the server counts.
func ExamplePhase() {
	const second = time.Second
	p := &record.Phase{
		Header: record.Header{Agents: 1, Settled: 10 * second, WindowEnd: 40 * second, End: 45 * second, Ending: record.Complete},
		Plays:  []record.Play{{Agent: 0, Trajectory: "fix-the-build", Session: "s1"}},
	}
	for turn, sent := range []time.Duration{2 * second, 12 * second, 25 * second} {
		r := record.New()
		r.Turn = int32(turn)
		r.Begun, r.Due, r.Sent = sent, sent, sent
		r.First, r.End = sent+second, sent+5*second
		r.Last, r.Made = r.End, r.End
		r.MaxTokens, r.Reported, r.Completion = 1000, true, int32(201+200*turn)
		r.Tokens, r.TokenSource, r.Events = r.Completion, record.SourceOf(metrics.SourceUsage), r.Completion
		r.FirstTokens, r.FirstSource, r.FirstEvents = 1, record.SourceOf(metrics.SourceEstimated), 1
		r.Conclude(record.OK, 0)
		p.Rows = append(p.Rows, r)
	}
	for i := range p.Rows {
		r := &p.Rows[i]
		if !p.Measured(r) {
			continue // it did not begin in the window
		}
		if speed, ok := r.Timing().OutputSpeed(); ok {
			fmt.Printf("%s, turn %d: %s, %.0f tokens/s\n", p.Plays[r.Play].Trajectory, r.Turn, r.Outcome, float64(speed))
		}
	}
	// Output:
	// fix-the-build, turn 1: ok, 100 tokens/s
	// fix-the-build, turn 2: ok, 150 tokens/s
}
