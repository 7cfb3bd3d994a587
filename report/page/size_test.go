package page

import (
	"testing"
)

// load is 12 systems with 4,000 phases.
const loadPhases = 320

// A page of 12 systems and 4,000 phases has a bounded size. How long it takes to write is for
// the benchmark.
func TestPageSize(t *testing.T) {
	reports := twelve(loadPhases)
	phases := 0
	for _, r := range reports {
		phases += len(r.Agentperf.Phases)
	}
	text := write(t, reports)
	t.Logf("%d phases, %d bytes", phases, len(text))
	if phases < 4000 || len(text) > 5_000_000 {
		t.Errorf("%d phases, %d bytes", phases, len(text))
	}
	if n := len(style) + len(script); n > 64_000 {
		t.Errorf("style and script have %d bytes", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	reports := twelve(loadPhases)
	for b.Loop() {
		b.SetBytes(int64(len(write(b, reports))))
	}
}
