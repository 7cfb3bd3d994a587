package telemetry

import (
	"bytes"
	"compress/gzip"
	"testing"
)

// Whatever a file holds, what is read of it has increasing times, and can be written and read
// again.
func FuzzRecordings(f *testing.F) {
	f.Add([]byte(`{"phase":{"schema":"agentperf.series/1","begin":"2026-11-30T09:00:00Z","settled_ns":1}}` + "\n" + `{"target":{"name":"a"}}` + "\n" + `{"series":{"name":"x","labels":{"b":"c"},"at_ns":[1,2],"values":[0,1e300]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var file bytes.Buffer
		zip := gzip.NewWriter(&file)
		zip.Write(text)
		zip.Close()
		for r, err := range ReadRecordings(&file) {
			if err != nil {
				return
			}
			for i := range r.Observed {
				for _, s := range r.Observed[i].Series {
					for k := 1; k < len(s.Points); k++ {
						if s.Points[k].Nanos <= s.Points[k-1].Nanos {
							t.Fatalf("%v after %v", s.Points[k], s.Points[k-1])
						}
					}
				}
			}
			if err := r.Write(new(bytes.Buffer)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
