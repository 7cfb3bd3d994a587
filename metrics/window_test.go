package metrics_test

import (
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

func TestWindow(t *testing.T) {
	// The window is [130 ms, 150 ms): its first instant belongs to it.
	even := []arrival{{110 * ms, 10, 0}, {130 * ms, 10, 0}, {140 * ms, 30, 0}, {150 * ms, 50, 0}}
	counted := []arrival{{110 * ms, 10, 6}, {130 * ms, 10, 1}, {140 * ms, 30, 2}, {150 * ms, 50, 3}}
	late := []arrival{{140 * ms, 30, 0}, {150 * ms, 70, 0}}
	for _, tt := range []struct {
		name     string
		usage    metrics.Usage
		arrivals []arrival
		want     metrics.Part
	}{
		{"by bytes", metrics.Usage{Completion: 20}, even, metrics.Part{Events: 2, Bytes: 40, Tokens: 8}},
		{"hidden tokens came before the first stamp", metrics.Usage{Completion: 30, Hidden: 10}, even, metrics.Part{Events: 2, Bytes: 40, Tokens: 8}},
		{"hidden tokens count with the first stamp", metrics.Usage{Completion: 30, Hidden: 10}, late, metrics.Part{Events: 1, Bytes: 30, Tokens: 16}},
		{"by a running count", metrics.Usage{Completion: 12}, counted, metrics.Part{Events: 2, Bytes: 40, Tokens: 3}},
		{"by events", metrics.Usage{}, even, metrics.Part{Events: 2, Bytes: 40, Tokens: 2}},
		{"nothing came", metrics.Usage{}, nil, metrics.Part{}},
		{"nothing in it", metrics.Usage{Completion: 4}, []arrival{{110 * ms, 5, 0}, {160 * ms, 5, 0}}, metrics.Part{}},
		{"no bytes", metrics.Usage{Completion: 8}, []arrival{{110 * ms, 0, 0}, {140 * ms, 0, 0}}, metrics.Part{Events: 1, Tokens: 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c metrics.Clock
			c.Window(at(130*ms), at(150*ms))
			c.Sent(at(0))
			for _, a := range tt.arrivals {
				c.Arrived(at(a.at), a.bytes, a.tokens)
			}
			if tt.usage != (metrics.Usage{}) {
				c.Usage(tt.usage)
			}
			c.Done(at(time.Second))
			if got := c.Timing().Within; got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
	if got := stream(metrics.Usage{Completion: 20}, even...); got.Within != (metrics.Part{}) || got.Bytes != 100 {
		t.Errorf("without a window: %+v of %d bytes", got.Within, got.Bytes)
	}
}
