package metrics

import (
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// What this package relies on in hdrhistogram-go. Earlier versions answered
// some of these wrongly (1.2.0 gave 511 for the median of nothing), so that a
// change of version must pass here first.
func TestHDRHistogramIsWhatWeThink(t *testing.T) {
	h := hdrhistogram.New(1, reach, figures)
	if h.TotalCount() != 0 || h.Min() != 0 || h.Max() != 0 || h.ValueAtPercentile(50) != 0 {
		t.Errorf("empty: count %d min %d max %d p50 %d, want zeros", h.TotalCount(), h.Min(), h.Max(), h.ValueAtPercentile(50))
	}
	for _, v := range []int64{0, 1, 2047, reach} {
		if err := h.RecordValue(v); err != nil {
			t.Errorf("RecordValue(%d): %v", v, err)
		}
	}
	if err := h.RecordValue(2 * reach); err == nil {
		t.Error("a value beyond the range was accepted")
	}
	if err := h.RecordValue(-1); err == nil {
		t.Error("a negative value was accepted")
	}

	// Every bucket that may hold a value is within the significant figures,
	// buckets do not overlap, and the counts add up.
	total, last := int64(0), int64(-1)
	for _, bar := range h.Distribution() {
		if bar.From <= last || bar.To < bar.From {
			t.Fatalf("bucket [%d, %d] after one that ends at %d", bar.From, bar.To, last)
		}
		last = bar.To
		if width := bar.To - bar.From; width > 0 && width*1000 > bar.From {
			t.Fatalf("bucket [%d, %d] is wider than three figures", bar.From, bar.To)
		}
		total += bar.Count
	}
	if total != h.TotalCount() || total != 4 {
		t.Errorf("distribution counts %d of %d samples", total, h.TotalCount())
	}

	g := hdrhistogram.New(1, reach, figures)
	if err := g.RecordValues(5, 1_000_000); err != nil {
		t.Fatal(err)
	}
	if dropped := g.Merge(h); dropped != 0 || g.TotalCount() != 1_000_004 {
		t.Errorf("Merge dropped %d, count %d", dropped, g.TotalCount())
	}
	if g.Min() != 0 || g.ValueAtPercentile(50) != 5 {
		t.Errorf("merged: min %d p50 %d, want 0 and 5", g.Min(), g.ValueAtPercentile(50))
	}
}
