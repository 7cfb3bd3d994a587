package record_test

import (
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// The window has its first instant and not its last.
func TestWithin(t *testing.T) {
	h := record.Header{Settled: 10 * sec, WindowEnd: 20 * sec, End: 30 * sec}
	for at, want := range map[time.Duration]bool{10*sec - 1: false, 10 * sec: true, 20*sec - 1: true, 20 * sec: false, record.None: false} {
		if h.Within(at) != want || h.Measured(&record.Row{Begun: at}) != want {
			t.Errorf("%v: within is %v, want %v", at, !want, want)
		}
	}
	if h.WindowEnd = 0; h.Window() != 0 {
		t.Errorf("a window that did not begin is %v long", h.Window())
	}
}
