package telemetry

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Phases of 10 s and 30 s: gauges weigh by time, means of requests by their number.
func TestTogether(t *testing.T) {
	phases := []*Server{
		{Metrics: Metrics{
			Waiting: &Gauge{Mean: 8, Covered: 1}, KVUse: &Gauge{Mean: 0.9, Covered: 1}, Preemptions: &Count{Total: 9, Window: new(5.0)},
			PrefixHitRate: &Ratio{Ratio: 0.5, Of: 300}, QueueTime: &Latency{Count: 10, Mean: 2}, TTFT: &Latency{Count: 10, Mean: 1},
		}},
		nil,
		{Metrics: Metrics{
			Waiting: &Gauge{Mean: 0, Covered: 1}, KVUse: &Gauge{Mean: 0.1}, Preemptions: &Count{Total: 3}, Running: &Gauge{Mean: 7, Covered: 0.5},
			PrefixHitRate: &Ratio{Ratio: 1, Of: 100}, QueueTime: &Latency{Count: 90, Mean: 1}, TTFT: &Latency{Mean: 5},
		}},
	}
	got := Together(phases, []float64{10, 99, 30})
	want := &Level{
		Running: new(7.0), Waiting: new(2.0), KVUse: new(0.9), Preemptions: new(5.0), PrefixHitRate: new(0.625), Queue: new(1.1), TTFT: new(1.0),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if Together([]*Server{nil, {}}, []float64{1, 1}) != nil || Together(nil, nil) != nil {
		t.Error("a level of nothing")
	}
}

func TestLevelInWords(t *testing.T) {
	for want, l := range map[string]*Level{
		"": nil,
		"3.1 requests waiting on average, 1.20 s in the queue, KV use 98 %, 41 preemptions": {
			Waiting: new(3.1), Queue: new(1.2), KVUse: new(0.98), Preemptions: new(41.0),
		},
		"none waiting, KV use 0 %, 12 % of the input from the cache": {Waiting: new(0.0), Queue: new(0.001), KVUse: new(0.0), Preemptions: new(0.0), PrefixHitRate: new(0.12)},
		"31 requests waiting on average, 1 preemption":               {Waiting: new(31.4), Preemptions: new(1.0), Running: new(4.0)},
	} {
		if got := l.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
