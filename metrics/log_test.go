package metrics_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/agentperf/agentperf-go/metrics"
)

// A line of a log changes answers by the error of the histogram at most, and none
// but the extremes if samples are whole numbers.
func TestLogRoundTrip(t *testing.T) {
	start := time.UnixMilli(1_790_000_000_123)
	for name, world := range worlds {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 5))
			samples, whole, holds := make([]float64, 3000), true, true
			for i := range samples {
				v := world(rng)
				samples[i] = v
				whole = whole && v == math.Trunc(v)
				holds = holds && v >= 0 && !math.IsInf(v, 0)
			}
			p := recorded(1, samples)
			in := metrics.Interval{Tag: "a", Start: start, Length: 90 * time.Second, Percentiles: p}
			line, err := in.AppendLog([]byte(metrics.LogHeader))
			if !holds {
				if err == nil {
					t.Error("negative or infinite samples were written")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkForeign(t, line, whole, samples)
			read := 0
			for got, err := range metrics.ReadLog(bytes.NewReader(line)) {
				if err != nil {
					t.Fatal(err)
				}
				read++
				if got.Tag != in.Tag || !got.Start.Equal(start) || got.Length != in.Length || len(got.Percentiles.Warnings()) != 1 {
					t.Errorf("read %+v, %q", got, got.Percentiles.Warnings())
				}
				for _, percent := range percents {
					want, _ := p.At(percent)
					v, _ := got.Percentiles.At(percent)
					inner := percent > 0 && percent < 100
					if whole && inner && v != want || !(math.Abs(v-want) <= 2*metrics.RelativeError*want+0x1p-61*largest(samples)) {
						t.Errorf("P%g = %v, want %v", percent, v, want)
					}
				}
			}
			if read != 1 {
				t.Errorf("%d intervals", read)
			}
		})
	}
}

// checkForeign reads a log with HdrHistogram's own reader, which shows whole
// numbers as they are.
func checkForeign(t *testing.T, log []byte, whole bool, samples []float64) {
	t.Helper()
	h, err := hdrhistogram.NewHistogramLogReader(bytes.NewReader(log)).NextIntervalHistogram()
	if err != nil || h == nil {
		t.Fatalf("HdrHistogram reads %v, %v", h, err)
	}
	if h.TotalCount() != int64(len(samples)) || h.Tag() != "a" || h.EndTimeMs()-h.StartTimeMs() != 90_000 {
		t.Errorf("HdrHistogram reads %d samples, tag %q, %d ms", h.TotalCount(), h.Tag(), h.EndTimeMs()-h.StartTimeMs())
	}
	ratio := h.Export().IntegerToDoubleConversionRatio
	most := 0.0
	for _, v := range samples {
		most = max(most, v)
	}
	if whole && most < 1<<62 && ratio != 1 {
		t.Errorf("whole numbers in units of %v", ratio)
	}
	if got := float64(h.Max()+1) * ratio; !(math.Abs(got-most) <= 2*metrics.RelativeError*most+ratio) {
		t.Errorf("HdrHistogram reads a maximum of %v, want %v", got, most)
	}
}

// What HdrHistogram writes, in nanoseconds and with two figures, is read.
func TestReadLogOfAnotherProgram(t *testing.T) {
	h := hdrhistogram.New(1, 3_600_000_000_000, 2)
	for i := range 1000 {
		if err := h.RecordValue(int64(i+1) * 1_000_000); err != nil {
			t.Fatal(err)
		}
	}
	h.SetStartTimeMs(5_000)
	h.SetEndTimeMs(6_500)
	var log bytes.Buffer
	w := hdrhistogram.NewHistogramLogWriter(&log)
	for _, err := range []error{
		w.OutputComment("[Logged with another program]"), w.OutputLogFormatVersion(), w.OutputBaseTime(1_700_000_000_000),
		w.OutputLegend(), w.OutputIntervalHistogram(h),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, err := range metrics.ReadLog(&log) {
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Unix(1_700_000_005, 0); !i.Start.Equal(want) || i.Length != 1500*time.Millisecond || i.Tag != "" {
			t.Errorf("read %v, %v, %q", i.Start, i.Length, i.Tag)
		}
		if got, _ := i.Percentiles.At(50); math.Abs(got-500.5e6) > 0.005*500.5e6 {
			t.Errorf("P50 = %v, want 500.5 ms in ns within two figures", got)
		}
	}
}

func TestReadLogGoesOn(t *testing.T) {
	line, err := metrics.Interval{Percentiles: of(1, 2, 3)}.AppendLog(nil)
	if err != nil {
		t.Fatal(err)
	}
	good := string(line)
	log := strings.Join([]string{
		"#[StartTime: 1700000000.000 (seconds since epoch), whenever]",
		"", "Tag=x", "1,2", "1e99,1,1,x", "1,-1,1,x", "NaN,1,1,x", "0.0,0.0,0.0,HISTFAAAA",
		strings.TrimSpace(good),
	}, "\r\n")
	var n, bad int
	for i, err := range metrics.ReadLog(strings.NewReader(log)) {
		if err != nil {
			bad++
			continue
		}
		n++
		if i.Percentiles.N() != 3 || i.Start.Unix() != 1_700_000_000 {
			t.Errorf("read %d samples at %v", i.Percentiles.N(), i.Start)
		}
	}
	if n != 1 || bad != 6 {
		t.Errorf("%d intervals and %d errors, want 1 and 6", n, bad)
	}
	for _, err := range metrics.ReadLog(strings.NewReader(strings.Repeat("1", 3<<20))) {
		if err == nil {
			t.Error("a line of 3 MB was read")
		}
	}
}

func TestAppendLogRefuses(t *testing.T) {
	for _, i := range []metrics.Interval{
		{Tag: "a b"}, {Tag: ","}, {Tag: "\n"},
		{Percentiles: of(-1)}, {Percentiles: of(math.Inf(1))}, {Percentiles: of(math.Inf(-1))},
	} {
		if b, err := i.AppendLog([]byte("kept")); err == nil || string(b) != "kept" {
			t.Errorf("%+v: wrote %q, %v", i, b, err)
		}
	}
	if b, err := (metrics.Interval{}).AppendLog(nil); err != nil || len(b) == 0 {
		t.Errorf("no samples: %q, %v", b, err)
	}
}

// Two runs, each logged on its own, merge to one.
func ExampleInterval() {
	var log bytes.Buffer
	log.WriteString(metrics.LogHeader)
	for run, nanoseconds := range [][]float64{{1e6, 2e6, 5e6}, {3e6, 4e6}} {
		line, err := metrics.Interval{
			Tag: "ttft", Start: time.Unix(int64(1000+60*run), 0), Length: time.Minute, Percentiles: of(nanoseconds...),
		}.AppendLog(nil)
		if err != nil {
			fmt.Println(err)
		}
		log.Write(line)
	}

	var all metrics.Percentiles
	for i, err := range metrics.ReadLog(&log) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		all.Merge(i.Percentiles)
	}
	median, _ := all.At(50)
	fmt.Printf("median of %d: %.1f ms\n", all.N(), median/1e6)
	// Output: median of 5: 3.0 ms
}

func FuzzReadLog(f *testing.F) {
	for _, p := range []*metrics.Percentiles{nil, of(0, 1.5, 3), of(1, 2, 3e9)} {
		line, err := metrics.Interval{Tag: "t", Start: time.Unix(9, 0), Percentiles: p}.AppendLog([]byte(metrics.LogHeader))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, log []byte) {
		var all metrics.Percentiles
		for i, err := range metrics.ReadLog(bytes.NewReader(log)) {
			if err == nil {
				all.Merge(i.Percentiles)
			}
		}
		if _, ok := all.At(50); ok != (all.N() > 0) {
			t.Fatalf("P50 of %d samples: %v", all.N(), ok)
		}
	})
}
