package metrics_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/agentperf/agentperf-go/metrics"
)

// altered returns the JSON of a histogram of 1, 2 and 3 with one value replaced.
func altered(t testing.TB, key string, value any) string {
	t.Helper()
	text, err := json.Marshal(recorded(1, []float64{1, 2, 3}))
	if err != nil {
		t.Fatal(err)
	}
	var f map[string]any
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	to := f
	if rest, ok := strings.CutPrefix(key, "histogram."); ok {
		to, key = f["histogram"].(map[string]any), rest
	}
	to[key] = value
	text, err = json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// payload is a histogram of another program.
func payload(t testing.TB, figures int, counts ...int64) string {
	t.Helper()
	h := hdrhistogram.New(1, 1<<62-1, figures)
	for i, n := range counts {
		if err := h.RecordValues(int64(i), n); err != nil {
			t.Fatal(err)
		}
	}
	text, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// hostile returns what describes no samples.
func hostile(t testing.TB) []string {
	t.Helper()
	flat := base64.StdEncoding.EncodeToString([]byte{0x1c, 0x84, 0x93, 0x14, 0, 0, 0, 0})
	return []string{
		`{"n":1}`, `{"n":2,"samples":[1]}`, `{"n":-1}`, `{"n":0,"inf":-1}`, `{"n":0,"nan":-1}`, `[1]`, `"x"`, `{"n":1,"samples":[1e999]}`,
		`{"n":9223372036854775807,"inf":9223372036854775807,"neg_inf":1}`,
		`{"n":1,"samples":[1],"histogram":{"min":0,"max":0,"sum":0,"unit":5e-324,"fractions":false}}`,
		altered(t, "n", 4),
		altered(t, "samples", []float64{1}),
		altered(t, "histogram.min", 0.5),
		altered(t, "histogram.min", 3),
		altered(t, "histogram.max", 3.5),
		altered(t, "histogram.max", 1e300),
		altered(t, "histogram.sum", 100),
		altered(t, "histogram.sum", json.Number("1e400")),
		altered(t, "histogram.sum", json.Number(strings.Repeat("9", 3000))),
		altered(t, "histogram.unit", 1),
		altered(t, "histogram.unit", 0),
		altered(t, "histogram.unit", 3e-19),
		altered(t, "histogram.zeros", -1),
		altered(t, "histogram.zeros", math.MaxInt64),
		altered(t, "histogram.rough", 4),
		altered(t, "histogram.rough", -1),
		altered(t, "histogram.positive", ""),
		altered(t, "histogram.positive", "HISTFAAAA"),
		altered(t, "histogram.positive", flat),
		altered(t, "histogram.positive", "not base64"),
		altered(t, "histogram.positive", payload(t, 3, 0, 1, 1, 1)), // in units of 1
		altered(t, "histogram.positive", payload(t, 2, 0, 1, 1, 1)),
		altered(t, "histogram.positive", payload(t, 5, 0, 1, 1, 1)),
		altered(t, "histogram.positive", strings.Repeat("A", 2<<20)),
		altered(t, "histogram.negative", payload(t, 3, 1)),
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	if err := json.Unmarshal([]byte(altered(t, "n", 3)), new(metrics.Percentiles)); err != nil {
		t.Fatalf("unaltered: %v", err)
	}
	for _, text := range hostile(t) {
		p := of(7)
		if err := json.Unmarshal([]byte(text), p); err == nil {
			t.Errorf("%.300s was read as %d samples", text, p.N())
		}
		if got, _ := p.At(50); p.N() != 1 || got != 7 {
			t.Errorf("%.300s changed what was there", text)
		}
	}
}

// Another program reads the sum as a float64 and writes it with an exponent.
func TestUnmarshalRoundedSum(t *testing.T) {
	var p metrics.Percentiles
	if err := json.Unmarshal([]byte(altered(t, "histogram.sum", json.Number("6.0e0"))), &p); err != nil {
		t.Fatal(err)
	}
	if sum, ok := p.Sum(); !ok || sum != 6 {
		t.Errorf("sum = %v, want 6", sum)
	}
}

// A Percentiles is encoded as such by value too, where a pointer's method would
// leave only its exported field.
func TestMarshalByValue(t *testing.T) {
	text, err := json.Marshal(struct{ P metrics.Percentiles }{*of(2, 1, math.Inf(1))})
	if want := `{"P":{"n":3,"inf":1,"samples":[1,2]}}`; err != nil || string(text) != want {
		t.Errorf("%s, %v, want %s", text, err, want)
	}
}

// More samples than an int holds are left out and said, in either form.
func TestCountsDoNotOverflow(t *testing.T) {
	p := metrics.Percentiles{Exact: 1}
	p.RecordN(1, math.MaxInt-1)
	p.RecordN(2, 5)
	p.Record(2)
	if w := p.Warnings(); p.N() != math.MaxInt || len(w) != 1 || !strings.HasPrefix(w[0], "5 samples were left out") {
		t.Errorf("N = %d, %q", p.N(), w)
	}
	if got, ok := p.At(100); !ok || got != 2 {
		t.Errorf("P100 = %v, want 2", got)
	}
	if got, ok := p.At(99); !ok || got != 1 {
		t.Errorf("P99 = %v, want 1", got)
	}
	q := decoded(t, encoded(t, &p))
	q.Merge(of(3))
	q.Merge(&p)
	q.RecordN(math.NaN(), math.MaxInt)
	q.RecordN(math.NaN(), 1)
	if w := q.Warnings(); q.N() != math.MaxInt || len(w) != 2 {
		t.Errorf("N = %d, %q", q.N(), w)
	}
	if mean, ok := p.Mean(); !ok || mean != 1 {
		t.Errorf("mean = %v, want 1", mean)
	}
}

func TestMergeWithItself(t *testing.T) {
	for _, exact := range []int{-1, 1} {
		p := recorded(exact, []float64{1, 2, math.Inf(1)})
		p.Merge(p)
		check(t, p, []float64{1, 1, 2, 2, math.Inf(1), math.Inf(1)})
	}
}

// Whatever is accepted can be written again, and is consistent.
func FuzzUnmarshalJSON(f *testing.F) {
	for _, world := range []func(i int) float64{
		func(i int) float64 { return float64(i) }, func(i int) float64 { return 0.1 * float64(i-20) }, func(i int) float64 { return math.Inf(1) },
	} {
		for _, exact := range []int{-1, 1} {
			p := metrics.Percentiles{Exact: exact}
			for i := range 40 {
				p.Record(world(i))
			}
			text, err := json.Marshal(p)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Add([]byte(altered(f, "histogram.sum", json.Number("6.0e0"))))
	for _, text := range hostile(f) {
		if len(text) < 1<<16 {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var p metrics.Percentiles
		if json.Unmarshal(text, &p) != nil {
			return
		}
		once, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if q := decoded(t, once); !bytes.Equal(encoded(t, q), once) {
			t.Fatalf("%s is written as something else when read again", once)
		}
		total, last := 0, math.Inf(-1)
		for _, n := range p.Buckets() {
			total += n
		}
		if total != p.N() {
			t.Fatalf("%d samples in buckets, want %d", total, p.N())
		}
		for _, percent := range []float64{0, 25, 50, 100} {
			got, ok := p.At(percent)
			if ok != (p.N() > 0) || ok && !(got >= last) {
				t.Fatalf("P%g = %v, %v after %v", percent, got, ok, last)
			}
			if ok {
				last = got
			}
		}
		least, _ := p.Min()
		most, ok := p.Max()
		if mean, meanOK := p.Mean(); ok && meanOK && (mean < least-1e-8*math.Abs(least) || mean > most+1e-8*math.Abs(most)) {
			t.Fatalf("mean %v of samples from %v to %v", mean, least, most)
		}
		p.Merge(of(1, -1))
		p.Warnings(50)
	})
}

func ExamplePercentiles_MarshalJSON() {
	monday, tuesday := of(0.8, 0.9, 1.1), of(1.2, math.Inf(1))
	text, _ := json.Marshal(monday)
	fmt.Println(string(text))

	var week metrics.Percentiles
	if err := json.Unmarshal(text, &week); err != nil {
		fmt.Println(err)
	}
	week.Merge(tuesday)
	median, _ := week.At(50)
	fmt.Println(median, "s is the median of", week.N())
	// Output:
	// {"n":3,"samples":[0.8,0.9,1.1]}
	// 1.1 s is the median of 5
}
