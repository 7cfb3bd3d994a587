package simulate

import (
	"slices"
	"time"
)

// latencies are those that engines state of themselves.
type latencies struct {
	queue, ttft, itl, e2e histogram
	generated             int // tokens
	finished              int // requests
}

// histogram counts durations up to each of its bounds, in seconds.
type histogram struct {
	counts []int // of those in each bucket; the last is beyond all bounds
	sum    float64
}

// The bounds of vLLM's histograms, in seconds (v0.32.0).
var (
	ttftBounds = []float64{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560}
	itlBounds  = []float64{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80}
	longBounds = []float64{0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680}
)

func (h *histogram) add(d time.Duration, bounds []float64) {
	if h.counts == nil {
		h.counts = make([]int, len(bounds)+1)
	}
	i, _ := slices.BinarySearch(bounds, d.Seconds()) // a bucket includes its bound
	h.counts[i]++
	h.sum += d.Seconds()
}
