package metrics_test

import (
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// filled returns n samples in one form: exact is as in [metrics.Percentiles].
func filled(n, exact int) *metrics.Percentiles {
	p := &metrics.Percentiles{Exact: exact}
	for i := range n {
		p.Record(0.02 + float64(i%997)*1e-5)
	}
	return p
}

// A sample costs no allocation of its own in either form: the exact one grows as
// a slice does, and ends when the histogram takes over.
func TestPercentilesAllocations(t *testing.T) {
	hist := filled(2, 1)
	if n := testing.AllocsPerRun(1000, func() { hist.Record(0.02) }); n != 0 {
		t.Errorf("%v allocations per sample of a histogram, want 0", n)
	}
	if n := testing.AllocsPerRun(1000, func() { hist.RecordN(0.02, 5) }); n != 0 {
		t.Errorf("%v allocations per five equal samples of a histogram, want 0", n)
	}
	const most = 24 // a slice of 4,096 has grown some 16 times
	if n := testing.AllocsPerRun(10, func() { filled(metrics.DefaultExact, 0) }); n > most {
		t.Errorf("%v allocations for %d exact samples, want at most %d", n, metrics.DefaultExact, most)
	}
	short := testing.AllocsPerRun(10, func() { filled(2*metrics.DefaultExact, 0) })
	if long := testing.AllocsPerRun(10, func() { filled(8*metrics.DefaultExact, 0) }); long != short {
		t.Errorf("%v allocations for %d samples, %v for four times as many", short, 2*metrics.DefaultExact, long)
	}
}

// Merging costs the same however many samples there are: at most room for them, or
// the histogram that takes their place.
func TestMergeAllocations(t *testing.T) {
	for _, tt := range []struct {
		name     string
		into, of int // the form, as Exact
		fresh    bool
		most     float64
	}{
		{"exact into nothing", -1, -1, true, 2}, // the receiver and its room
		{"exact into a histogram", 1, -1, false, 0},
		{"a histogram into a histogram", 1, 1, false, 1}, // its iterator, where that escapes
	} {
		for _, n := range []int{100, 10_000} {
			into, of := filled(2, tt.into), filled(n, tt.of)
			if got := testing.AllocsPerRun(10, func() {
				if tt.fresh {
					into = &metrics.Percentiles{Exact: tt.into}
				}
				into.Merge(of)
			}); got > tt.most {
				t.Errorf("%s: %v allocations for %d samples, want at most %v", tt.name, got, n, tt.most)
			}
		}
	}
}

// BenchmarkPercentilesMerge is what one of several recorders costs when they are put
// together: by its samples as long as it is exact, by the histogram's buckets after.
func BenchmarkPercentilesMerge(b *testing.B) {
	const n = 1000
	for _, form := range []struct {
		name     string
		into, of int
		fresh    bool
	}{
		{"form=exact", -1, -1, true},
		{"form=exact-into-histogram", 1, -1, false},
		{"form=histogram", 1, 1, false},
	} {
		b.Run(form.name, func(b *testing.B) {
			into, of := filled(2, form.into), filled(n, form.of)
			b.ReportAllocs()
			for b.Loop() {
				if form.fresh {
					into = &metrics.Percentiles{Exact: form.into}
				}
				into.Merge(of)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/n, "ns/sample")
		})
	}
}

// BenchmarkGapsMerge is the same for the two histograms of gaps, which are copied
// first, so that neither side is locked while the other is.
func BenchmarkGapsMerge(b *testing.B) {
	var into, of metrics.Gaps
	for _, g := range []*metrics.Gaps{&into, &of} {
		c := metrics.Clock{Gaps: g}
		for i := range 2 * metrics.DefaultExact {
			c.Arrived(at(time.Duration(i)*ms), 1, 1)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		into.Merge(&of)
	}
}
