package metrics_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/agentperf/agentperf-go/metrics"
)

// worlds are kinds of samples that a Percentiles must answer for alike.
var worlds = map[string]func(rng *rand.Rand) float64{
	"seconds":       func(rng *rand.Rand) float64 { return math.Exp(2*rng.NormFloat64() - 4) },
	"microseconds":  func(rng *rand.Rand) float64 { return math.Round(1e6 * rng.ExpFloat64()) },
	"tokens":        func(rng *rand.Rand) float64 { return float64(rng.IntN(2000)) },
	"bytes":         func(rng *rand.Rand) float64 { return math.Trunc(math.Exp(30 * rng.Float64())) },
	"one value":     func(rng *rand.Rand) float64 { return 0.1 },
	"zeros":         func(rng *rand.Rand) float64 { return 0 },
	"powers of two": func(rng *rand.Rand) float64 { return math.Ldexp(1, rng.IntN(80)-40) },
	"negative":      func(rng *rand.Rand) float64 { return -rng.ExpFloat64() },
	"both signs":    func(rng *rand.Rand) float64 { return math.Round(1000 * rng.NormFloat64()) },
	"all of float64": func(rng *rand.Rand) float64 {
		return math.Ldexp(rng.Float64()-0.5, rng.IntN(2200)-1150)
	},
	"subnormal": func(rng *rand.Rand) float64 { return math.Ldexp(rng.Float64()-0.5, -1060) },
	"the ends of float64": func(rng *rand.Rand) float64 {
		return [...]float64{math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p1023, -0x1p1023, math.Copysign(0, -1)}[rng.IntN(6)]
	},
	"failures": func(rng *rand.Rand) float64 {
		if rng.IntN(30) == 0 {
			return math.Inf(rng.IntN(3) - 1)
		}
		return rng.Float64()
	},
	"only failures": func(rng *rand.Rand) float64 { return math.Inf(1) },
}

var percents = []float64{0, 0.1, 1, 5, 25, 33.3, 50, 75, 90, 95, 99, 99.9, 100}

// check holds p against the samples that it was told of.
func check(t *testing.T, p *metrics.Percentiles, samples []float64) {
	t.Helper()
	sorted := slices.Sorted(slices.Values(samples))
	n := len(sorted)
	if p.N() != n {
		t.Fatalf("N = %d, want %d", p.N(), n)
	}
	if v, ok := p.Min(); n > 0 && (!ok || v != sorted[0]) {
		t.Errorf("Min = %v, want %v", v, sorted[0])
	}
	if v, ok := p.Max(); n > 0 && (!ok || v != sorted[n-1]) {
		t.Errorf("Max = %v, want %v", v, sorted[n-1])
	}
	checkSum(t, p, samples)
	checkAt(t, p, sorted)
	checkCounts(t, p, sorted)
}

// checkSum demands the exact sum, rounded once.
func checkSum(t *testing.T, p *metrics.Percentiles, samples []float64) {
	t.Helper()
	var inf, negInf int
	exact := new(big.Float).SetPrec(2300) // all bits that a float64 can have
	for _, v := range samples {
		switch {
		case math.IsInf(v, 1):
			inf++
		case math.IsInf(v, -1):
			negInf++
		default:
			exact.Add(exact, big.NewFloat(v))
		}
	}
	sum, ok := p.Sum()
	mean, meanOK := p.Mean()
	switch {
	case len(samples) == 0 || inf > 0 && negInf > 0:
		if ok || meanOK {
			t.Errorf("sum %v, mean %v of %d samples, %d +Inf and %d -Inf", sum, mean, len(samples), inf, negInf)
		}
	case inf+negInf > 0:
		if want := math.Inf(inf - negInf); !ok || !meanOK || sum != want || mean != want {
			t.Errorf("sum %v, mean %v, want %v", sum, mean, want)
		}
	default:
		wantSum, _ := exact.Float64()
		wantMean, _ := exact.Quo(exact, big.NewFloat(float64(len(samples)))).Float64()
		if !ok || !meanOK || sum != wantSum || mean != wantMean {
			t.Errorf("sum %v, mean %v, want %v, %v", sum, mean, wantSum, wantMean)
		}
	}
}

// bound is the greatest error that the documentation allows of a sample.
func bound(p *metrics.Percentiles, v, largest float64) float64 {
	switch {
	case p.IsExact() || v == 0 || math.IsInf(v, 0):
		return 0
	case math.Abs(v) < 0x1p-51*largest:
		return 0x1p-62 * largest
	}
	return metrics.RelativeError * math.Abs(v)
}

func largest(samples []float64) (magnitude float64) {
	for _, v := range samples {
		if !math.IsInf(v, 0) {
			magnitude = max(magnitude, math.Abs(v))
		}
	}
	return magnitude
}

func checkAt(t *testing.T, p *metrics.Percentiles, sorted []float64) {
	t.Helper()
	n, largest := len(sorted), largest(sorted)
	last := math.Inf(-1)
	for _, percent := range percents {
		got, ok := p.At(percent)
		if ok != (n > 0) {
			t.Fatalf("P%g of %d samples: ok is %v", percent, n, ok)
		}
		if !ok {
			continue
		}
		rank := float64(n-1) * percent / 100
		i, weight := int(rank), rank-math.Floor(rank)
		a, b := sorted[i], sorted[min(i+1, n-1)]
		want := a
		switch {
		case weight == 0 || a == b:
			b = a
		case math.IsInf(a, 0):
			b = a
		case math.IsInf(b, 0):
			a, want = b, b
		default:
			want = a*(1-weight) + b*weight
		}
		limit := max(bound(p, a, largest), bound(p, b, largest)) + 1e-15*max(math.Abs(a), math.Abs(b)) + math.SmallestNonzeroFloat64
		if got != want && !(math.Abs(got-want) <= limit) {
			t.Errorf("P%g = %v, want %v within %v", percent, got, want, limit)
		}
		if got < last {
			t.Errorf("P%g = %v is less than a lower percentile, %v", percent, got, last)
		}
		last = got
	}
}

// checkCounts demands that buckets are ordered, apart and complete, and that Below
// agrees with them at their edges.
func checkCounts(t *testing.T, p *metrics.Percentiles, sorted []float64) {
	t.Helper()
	total, buckets, last := 0, 0, math.Inf(-1)
	below := func(v float64) int { i, _ := slices.BinarySearch(sorted, v); return i }
	for b, n := range p.Buckets() {
		if total > 0 && b.Low < last || b.High < b.Low || n <= 0 {
			t.Fatalf("bucket %v with %d samples after one that ends at %v", b, n, last)
		}
		if got := below(b.Low); got != total {
			t.Fatalf("%d samples in buckets below %v, want %d", total, b, got)
		}
		if buckets++; buckets < 50 || buckets%10 == 0 { // each costs as much as all
			if got := p.Below(b.Low); got != total {
				t.Fatalf("Below(%v) = %d at the edge of a bucket, want %d", b.Low, got, total)
			}
			middle := b.Low/2 + b.High/2
			if got := p.Below(middle); b.Low < middle && middle < b.High && (got < total || got > total+n) {
				t.Fatalf("Below(%v) = %d in a bucket from %d to %d", middle, got, total, total+n)
			}
		}
		total += n
		last = b.High
	}
	if total != len(sorted) {
		t.Errorf("%d samples in buckets, want %d", total, len(sorted))
	}
	largest := largest(sorted)
	for _, v := range []float64{math.Inf(-1), -1000, -5, 0, 1, 5, 0.25, 1000, 2048, math.Inf(1)} {
		if v != 0 && !p.IsExact() && math.Abs(v) < 0x1p-51*largest {
			continue
		}
		if got, want := p.Below(v), below(v); got != want {
			t.Errorf("Below(%v) = %d, want %d", v, got, want)
		}
	}
	if got := p.Below(math.NaN()); got != 0 {
		t.Errorf("Below(NaN) = %d", got)
	}
}

func recorded(exact int, samples []float64) *metrics.Percentiles {
	p := &metrics.Percentiles{Exact: exact}
	for _, v := range samples {
		p.Record(v)
	}
	return p
}

func encoded(t *testing.T, p *metrics.Percentiles) []byte {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func decoded(t *testing.T, text []byte) *metrics.Percentiles {
	t.Helper()
	p := new(metrics.Percentiles)
	if err := json.Unmarshal(text, p); err != nil {
		t.Fatalf("%v in %.200s", err, text)
	}
	return p
}

// Whatever way samples come in, in either form, every answer is within its
// stated error; and the histogram is the same in each case, to the bit.
func TestInvariants(t *testing.T) {
	const exact, histogram = -1, 1
	for name, world := range worlds {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(7, 11))
			samples := make([]float64, 1500)
			for i := range samples {
				samples[i] = world(rng)
			}
			half := samples[:len(samples)/2]
			rest := samples[len(samples)/2:]

			kept, hist := recorded(exact, samples), recorded(histogram, samples)
			check(t, kept, samples)
			check(t, hist, samples)
			check(t, decoded(t, encoded(t, kept)), samples)
			check(t, new(metrics.Percentiles), nil)

			want := encoded(t, hist)
			same := func(how string, p *metrics.Percentiles) {
				t.Helper()
				if p.Exact = histogram; !bytes.Equal(encoded(t, p), want) {
					t.Errorf("%s: another histogram than that of all samples", how)
				}
			}
			same("decoded", decoded(t, want))
			same("going over late", recorded(1000, samples))
			backwards := slices.Clone(samples)
			slices.Sort(backwards)
			same("sorted", recorded(histogram, backwards))
			for _, a := range []int{exact, histogram} {
				for _, b := range []int{exact, histogram} {
					p := recorded(a, half)
					p.Merge(decoded(t, encoded(t, recorded(b, rest))))
					if p.IsExact() {
						check(t, p, samples)
						continue
					}
					same("merged", p)
				}
			}
		})
	}
}
