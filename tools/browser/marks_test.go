package browser

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"testing"
)

//go:embed marks.js
var marksJS string

// The marks of a chart stand where its axes, as they are displayed, have the figures of the
// table behind it; on a wide screen and on a phone.
func TestMarksAreWhereTheDataIs(t *testing.T) {
	figures := map[string][][3]string{
		"one.html": {
			{"P25 output speed by number of agents", "Agents", "P25 speed, tok/s"},
			{"System output throughput by number of agents", "Agents", "Output, tok/s"},
		},
		"sweeps.html": {
			{"System throughput against speed per query", "Speed per query, tok/s", "Throughput, tok/s"},
			{"Throughput by concurrency", "Concurrency", "Throughput, tok/s"},
			{"Speed per query by concurrency", "Concurrency", "Speed per query, tok/s"},
			{"End-to-end latency by concurrency", "Concurrency", "E2E latency"},
		},
	}
	for _, file := range pages(t) {
		for _, f := range figures[filepath.Base(file)] {
			for _, width := range []int{1280, 390} {
				p := open(t, file, view{width: width})
				got := eval[texts](p, fmt.Sprintf("(%s)(%q, %q, %q)", marksJS, f[0], f[1], f[2]))
				for _, fault := range got.Found {
					t.Errorf("%s, %s at %d px: %s", filepath.Base(file), f[0], width, fault)
				}
				if got.Count < 10 {
					t.Errorf("%s, %s at %d px: %d marks", filepath.Base(file), f[0], width, got.Count)
				}
			}
		}
	}
}
