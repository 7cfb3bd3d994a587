package metrics

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The layout is HdrHistogram's: position finds the bucket that its own recording
// does, and edges says what is in it. What this package relies on in
// hdrhistogram-go besides is below; a change of version must pass here first.
func TestLayoutIsHdrHistograms(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	h := hdrhistogram.New(1, highest, figures)
	var c counts
	values := []uint64{0, 1, 1023, 1024, 2047, 2048, highest}
	for range 2000 {
		values = append(values, rng.Uint64()>>2>>rng.IntN(span))
	}
	for _, v := range values {
		if err := h.RecordValue(int64(v)); err != nil {
			t.Fatal(err)
		}
		c.add(v, 1)
		k, i := position(v)
		if low, width := edges(k, i); v < low || v-low >= width {
			t.Fatalf("%d is not in bucket [%d, +%d)", v, low, width)
		}
	}
	flat := h.Export().Counts
	if len(flat) != octaves*perOctave {
		t.Fatalf("%d counts, want %d", len(flat), octaves*perOctave)
	}
	for at, want := range flat {
		got := int64(0)
		if page := c[at/perOctave]; page != nil {
			got = page[at%perOctave]
		}
		if got != want {
			t.Fatalf("count %d is %d, want %d", at, got, want)
		}
	}
	for at, bar := range h.Distribution() {
		low, width := edges(at/perOctave, at%perOctave)
		if bar.From != int64(low) || bar.To != int64(low+width-1) {
			t.Fatalf("bucket %d is [%d, %d], want [%d, %d]", at, low, low+width-1, bar.From, bar.To)
		}
		if float64(width) > 2*RelativeError*float64(low) && width > 1 {
			t.Fatalf("bucket [%d, %d] is wider than three figures", bar.From, bar.To)
		}
	}
}

func TestHDRHistogramCodec(t *testing.T) {
	var c counts
	c.add(0, 5)
	c.add(highest, math.MaxInt64-5)
	text, err := encode(&c, 0x1p-1074)
	if err != nil {
		t.Fatal(err)
	}
	d, err := decodeCounts(text, 0x1p-1074)
	if err != nil || *d[0] != *c[0] || *d[octaves-1] != *c[octaves-1] {
		t.Errorf("counts and unit do not survive: %v", err)
	}
	if _, err := decodeCounts(text, 1); err == nil {
		t.Error("another unit was accepted")
	}
	five, err := hdrhistogram.New(1, math.MaxInt64/4, 5).Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := decode(string(five), 4); err == nil {
		t.Error("a histogram of five figures was accepted")
	}
}

// A bomb is 16 MB of zeros in 16 KB, said to be a histogram of three figures.
func TestDecodeIsBounded(t *testing.T) {
	header := make([]byte, hdrhistogram.ENCODING_HEADER_SIZE)
	binary.BigEndian.PutUint32(header, uint32(hdrhistogram.V2EncodingCookieBase))
	binary.BigEndian.PutUint32(header[4:], math.MaxInt32)
	binary.BigEndian.PutUint32(header[12:], figures)
	binary.BigEndian.PutUint64(header[16:], 1)
	binary.BigEndian.PutUint64(header[24:], highest)
	for _, length := range []uint32{9 * octaves * perOctave, math.MaxInt32} {
		binary.BigEndian.PutUint32(header[4:], length)
		var packed bytes.Buffer
		z := zlib.NewWriter(&packed)
		z.Write(header)
		z.Write(make([]byte, 16<<20))
		z.Close()
		text := binary.BigEndian.AppendUint32(nil, uint32(hdrhistogram.V2CompressedEncodingCookieBase))
		text = binary.BigEndian.AppendUint32(text, uint32(packed.Len()))
		bomb := base64.StdEncoding.EncodeToString(append(text, packed.Bytes()...))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := decodeCounts(bomb, 1); err == nil {
			t.Error("a bomb was accepted")
		}
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 5<<20 {
			t.Errorf("%d bytes to refuse a bomb", got)
		}
	}
}

// The documentation of Percentiles gives the memory that it takes.
func TestSize(t *testing.T) {
	allocated := func(exact, n int, sample func(i int) float64) int {
		p := &Percentiles{Exact: exact}
		p.Record(sample(0))
		p.Record(sample(1))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := range n {
			p.Record(sample(i))
		}
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(p)
		if !p.IsExact() {
			return int(after.TotalAlloc - before.TotalAlloc)
		}
		return 8 * cap(p.samples)
	}
	const kb = 1024
	one := func(i int) float64 { return 1.5 }
	latencies := func(i int) float64 { return 0.001 * math.Pow(1000, float64(i%1000)/1000) }
	everything := func(i int) float64 { return math.Copysign(math.Ldexp(1.5, i%2000-1000), float64(i/2000%2)-0.5) }
	for _, tt := range []struct {
		name      string
		exact, n  int
		sample    func(int) float64
		low, high int
	}{
		{"exact", -1, 100_000, one, 800_000, 1_600_000},
		{"one octave", 1, 100_000, one, 0, kb}, // its page is there
		{"latencies", 1, 100_000, latencies, 70 * kb, 90 * kb},
	} {
		if got := allocated(tt.exact, tt.n, tt.sample); got < tt.low || got > tt.high {
			t.Errorf("%s: %d bytes, want %d to %d", tt.name, got, tt.low, tt.high)
		}
	}
	h := newHistogram()
	for i := range 8000 {
		h.record(everything(i), 1)
	}
	pages := 0
	for k := range octaves {
		for _, c := range []*counts{&h.pos, &h.neg} {
			if c[k] != nil {
				pages++
			}
		}
	}
	if pages != 2*octaves {
		t.Errorf("%d pages for samples of all sizes, want %d", pages, 2*octaves)
	}
}
