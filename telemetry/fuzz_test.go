package telemetry

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"
)

// FuzzSummarize makes anything of bytes: what is observed is untrusted, and what comes of it
// can be written.
func FuzzSummarize(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09abcdefgh"), int64(0), int64(10), int64(50), int64(60))
	f.Add([]byte{1, 9, 200, 3, 1, 8, 0, 0, 255, 254, 7, 7, 7}, int64(-5), int64(10), int64(5), int64(math.MaxInt64))
	var names []string
	for name := range serverNames() {
		names = append(names, name)
	}
	slices.Sort(names)
	f.Fuzz(func(t *testing.T, script []byte, begin, settled, windowEnd, end int64) {
		at := Instants{time.Unix(0, begin), time.Unix(0, settled), time.Unix(0, windowEnd), time.Unix(0, end)}
		o := Observed{Target: Target{Name: "x", Role: Roles()[len(script)%5]}}
		values := []float64{0, 1, -1, 1e300, -1e300, math.NaN(), math.Inf(1), math.Inf(-1), 0.5, math.MaxFloat64}
		for len(script) >= 4 {
			s := Series{Name: names[int(script[0])%len(names)]}
			if script[1]&1 != 0 {
				s.Labels = append(s.Labels, Label{"le", []string{"0.1", "1", "+Inf", "x", "NaN", "-1"}[int(script[1]>>1)%6]})
			}
			n := min(int(script[2])%16, len(script)-3)
			for i, b := range script[3 : 3+n] {
				s.Points = append(s.Points, Point{begin + int64(b) - 20 + int64(i)*int64(script[2]), values[int(b)%len(values)]})
			}
			o.Series = append(o.Series, s)
			script = script[3+n:]
		}
		server, power, warnings := Summarize([]Observed{o, o}, at, 0)
		if _, err := json.Marshal([]any{server, power, warnings}); err != nil {
			t.Fatal(err)
		}
	})
}
