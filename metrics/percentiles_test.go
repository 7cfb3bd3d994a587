package metrics_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/metrics"
)

func of(values ...float64) *metrics.Percentiles {
	var p metrics.Percentiles
	for _, v := range values {
		p.Record(v)
	}
	return &p
}

func TestPercentilesKnownAnswers(t *testing.T) {
	inf := math.Inf(1)
	ten := []float64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}
	tests := []struct {
		values        []float64
		percent, want float64
	}{
		// NumPy's percentile([1..10], [50, 90, 99]).
		{ten, 50, 5.5}, {ten, 90, 9.1}, {ten, 99, 9.91},
		{ten, 0, 1}, {ten, 100, 10}, {ten, 25, 3.25},
		{[]float64{7}, 95, 7},
		{[]float64{1, 2}, 25, 1.25},
		// Rank 19 of 21 exactly: the infinite neighbor has no weight.
		{append(slices.Repeat([]float64{1}, 20), inf), 95, 1},
		// Rank 18.05 of 20: it has.
		{append(slices.Repeat([]float64{1}, 19), inf), 95, inf},
		{[]float64{inf, inf}, 50, inf},
		{[]float64{1, inf, inf}, 75, inf},
	}
	for _, tt := range tests {
		if got, ok := of(tt.values...).At(tt.percent); !ok || math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("P%g of %v = %v, %v; want %v", tt.percent, tt.values, got, ok, tt.want)
		}
	}
}

func TestWholeRanksStayWhole(t *testing.T) {
	for n := 1; n < 5000; n++ {
		for _, percent := range []float64{5, 25, 50, 75, 90, 95, 99} {
			scaled := (n - 1) * int(percent)
			if scaled%100 != 0 {
				continue
			}
			// Everything above the rank is infinite: any weight on it shows.
			p := metrics.Percentiles{Exact: -1}
			p.RecordN(1, scaled/100+1)
			p.RecordN(math.Inf(1), n-1-scaled/100)
			if got, _ := p.At(percent); got != 1 {
				t.Fatalf("P%g of %d samples let the neighbor in: %v", percent, n, got)
			}
		}
	}
}

func TestNoDataIsNotZero(t *testing.T) {
	p := of(math.NaN())
	for name, f := range map[string]func() (float64, bool){
		"Min": p.Min, "Max": p.Max, "Mean": p.Mean,
		"At(50)": func() (float64, bool) { return p.At(50) },
	} {
		if v, ok := f(); ok {
			t.Errorf("%s of no samples = %v", name, v)
		}
	}
	if w := p.Warnings(95); len(w) != 1 || !strings.Contains(w[0], "not numbers") {
		t.Errorf("warnings = %q", w)
	}
	for _, percent := range []float64{-1, 100.5, math.NaN()} {
		if v, ok := of(1, 2).At(percent); ok {
			t.Errorf("At(%v) = %v", percent, v)
		}
	}
}

func TestSamplesFor(t *testing.T) {
	for percent, want := range map[float64]int{0: 0, 100: 0, 25: 11, 50: 6, 75: 11, 95: 59, 99: 299} {
		if got := metrics.SamplesFor(percent); got != want {
			t.Errorf("SamplesFor(%g) = %d, want %d", percent, got, want)
		}
	}
	if w := of(1, 2, 3).Warnings(25, 95); len(w) != 2 || !strings.Contains(w[1], "P95 rests on 3 samples; at least 59") {
		t.Errorf("warnings = %q", w)
	}
}

// The histogram form may differ from the exact one by its three figures, and
// by nothing else; N, min and max are exact in both.
func TestHistogramAgainstExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	distributions := map[string]func() float64{
		"uniform":    rng.Float64,
		"log-normal": func() float64 { return math.Exp(2*rng.NormFloat64() - 4) },
		"two points": func() float64 { return float64(rng.IntN(2)) },
		"with +Inf": func() float64 {
			if rng.IntN(50) == 0 {
				return math.Inf(1)
			}
			return rng.Float64()
		},
	}
	for name, draw := range distributions {
		exact, hist := metrics.Percentiles{Exact: -1}, metrics.Percentiles{Exact: 100}
		for range 20_000 {
			v := draw()
			exact.Record(v)
			hist.Record(v)
		}
		if !exact.IsExact() || hist.IsExact() {
			t.Fatalf("%s: forms are not the two intended", name)
		}
		for _, percent := range []float64{0, 1, 5, 25, 50, 75, 95, 97, 99, 99.9, 100} {
			want, _ := exact.At(percent)
			got, ok := hist.At(percent)
			if !ok || got != want && !(math.Abs(got-want) <= metrics.RelativeError*want) {
				t.Errorf("%s: P%g = %v, exactly %v", name, percent, got, want)
			}
		}
		if exact.N() != hist.N() {
			t.Errorf("%s: N %d against %d", name, hist.N(), exact.N())
		}
	}
}

// Nothing lies outside: these were once clamped to a range of 0 to 3,600.
func TestHistogramHasNoRange(t *testing.T) {
	p := metrics.Percentiles{Exact: 1}
	for _, v := range []float64{0.5, 1, 2 * 3600, -1} {
		p.Record(v)
	}
	if w := p.Warnings(); len(w) != 0 {
		t.Errorf("warnings = %q", w)
	}
	for percent, want := range map[float64]float64{0: -1, 100: 7200, 100. / 3: 0.5, 200. / 3: 1} {
		if got, _ := p.At(percent); math.Abs(got-want) > metrics.RelativeError*math.Abs(want) {
			t.Errorf("P%g = %v, want %v", percent, got, want)
		}
	}
	var wide metrics.Percentiles
	for i := range 10_000 {
		wide.Record(float64(i))
	}
	if got, _ := wide.At(95); math.Abs(got-9499.05) > metrics.RelativeError*9500 {
		t.Errorf("P95 of 0..9,999 = %v, want 9,499.05", got)
	}
}

// Token counts and the like are exact in a histogram too.
func TestWholeNumbersAreExact(t *testing.T) {
	exact, hist := metrics.Percentiles{Exact: -1}, metrics.Percentiles{Exact: 1}
	for i := range 4000 {
		v := float64(i*i%4099 - 2047)
		exact.Record(v)
		hist.Record(v)
	}
	for percent := range 101 {
		want, _ := exact.At(float64(percent))
		if got, _ := hist.At(float64(percent)); got != want && math.Abs(want) < 2047 {
			t.Errorf("P%d = %v, want %v", percent, got, want)
		}
	}
}

// Merging in any grouping is recording all, across forms.
func FuzzMerge(f *testing.F) {
	f.Add(uint64(1), uint16(10), uint16(0), int8(5))
	f.Add(uint64(2), uint16(300), uint16(200), int8(-1))
	f.Add(uint64(3), uint16(1), uint16(400), int8(100))
	f.Fuzz(func(t *testing.T, seed uint64, n, m uint16, limit int8) {
		rng := rand.New(rand.NewPCG(seed, 0))
		exact := int(limit)
		all := metrics.Percentiles{Exact: -1}
		a := metrics.Percentiles{Exact: exact}
		b := metrics.Percentiles{Exact: 64}
		for i := range int(n%2000) + int(m%2000) {
			v := rng.ExpFloat64()
			all.Record(v)
			if i < int(n%2000) {
				a.Record(v)
			} else {
				b.Record(v)
			}
		}
		before := b.N()
		a.Merge(&b)
		if b.N() != before {
			t.Fatal("Merge changed its argument")
		}
		if a.N() != all.N() {
			t.Fatalf("N = %d, want %d", a.N(), all.N())
		}
		last := math.Inf(-1)
		for _, percent := range []float64{0, 25, 50, 95, 100} {
			got, ok := a.At(percent)
			want, wantOK := all.At(percent)
			if ok != wantOK || !(math.Abs(got-want) <= metrics.RelativeError*want) {
				t.Fatalf("P%g = %v, %v; want %v, %v", percent, got, ok, want, wantOK)
			}
			if ok && got < last {
				t.Fatalf("P%g = %v falls below %v", percent, got, last)
			}
			last = got
		}
	})
}

// Asking in between changes nothing.
func TestRecordAfterAsking(t *testing.T) {
	p := of(3, 4)
	p.At(50)
	p.Record(1)
	if got, _ := p.At(0); got != 1 {
		t.Errorf("P0 = %v after a later sample of 1", got)
	}
	p.At(50)
	p.Merge(of(0.5))
	if got, _ := p.At(0); got != 0.5 {
		t.Errorf("P0 = %v after merging 0.5", got)
	}
}

// What a histogram holds beside its buckets survives merging.
func TestMergeKeepsTheExtremes(t *testing.T) {
	a, b := metrics.Percentiles{Exact: 1}, metrics.Percentiles{Exact: 1}
	for _, v := range []float64{1, 2, 1e5, math.Inf(1)} {
		a.Record(v)
	}
	b.Record(1)
	b.Merge(&a)
	if got, _ := b.At(100); b.N() != 5 || !math.IsInf(got, 1) || len(b.Warnings()) != 0 {
		t.Errorf("N %d, P100 %v, %q", b.N(), got, b.Warnings())
	}
	if got, _ := b.At(75); math.Abs(got-1e5) > metrics.RelativeError*1e5 {
		t.Errorf("P75 = %v, want 1e5", got)
	}
	if got, _ := b.At(0); got != 1 {
		t.Errorf("P0 = %v", got)
	}
}

func BenchmarkPercentilesRecord(b *testing.B) {
	for _, form := range []struct {
		name  string
		exact int
	}{{"form=exact", -1}, {"form=histogram", 1}} {
		b.Run(form.name, func(b *testing.B) {
			b.ReportAllocs()
			p := metrics.Percentiles{Exact: form.exact}
			for b.Loop() {
				p.Record(0.02)
			}
		})
	}
}

func ExamplePercentiles() {
	var ttft metrics.Percentiles
	for _, seconds := range []float64{0.8, 0.9, 1.1, 1.2, math.Inf(1)} { // one request failed
		ttft.Record(seconds)
	}
	p50, _ := ttft.At(50)
	p95, _ := ttft.At(95)
	fmt.Printf("P50 %.1f s, P95 %v s of %d\n", p50, p95, ttft.N())
	fmt.Println(ttft.Warnings(95)[0])
	// Output:
	// P50 1.1 s, P95 +Inf s of 5
	// P95 rests on 5 samples; at least 59 are needed to bound it with 95 % confidence
}

func ExamplePercentiles_Below() {
	var ttft metrics.Percentiles
	for i := range 10_000 {
		ttft.Record(float64(i) / 1000) // 0 to 10 s
	}
	fmt.Printf("exact: %v; %.1f %% within 5 s\n", ttft.IsExact(), 100*float64(ttft.Below(5))/float64(ttft.N()))
	// Output: exact: false; 50.0 % within 5 s
}

func ExamplePercentiles_Buckets() {
	p := metrics.Percentiles{Exact: 1}
	for _, tokens := range []float64{0, 0, 7, 5000, math.Inf(1)} {
		p.Record(tokens)
	}
	for b, n := range p.Buckets() {
		fmt.Printf("%d from %.6g to %.6g\n", n, b.Low, b.High)
	}
	// Output:
	// 2 from 0 to 0
	// 1 from 7 to 7.00391
	// 1 from 5000 to 5004
	// 1 from +Inf to +Inf
}
