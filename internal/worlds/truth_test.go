package worlds

import (
	"flag"
	"fmt"
	"strings"
	"testing"
)

var (
	hours  = flag.Float64("hours", 0, "simulated hours per number for the truths; 0 means a world's own")
	around = flag.Int("around", 0, "numbers on either side of the truth to print")
	name   = flag.String("world", "", "the worlds to run, separated by commas; empty means all")
)

// chosen returns the worlds of -world.
func chosen(t *testing.T) (worlds []*World) {
	if *name == "" {
		return All
	}
	for n := range strings.SplitSeq(*name, ",") {
		w := Named(n)
		if w == nil {
			t.Fatalf("no world is named %q", n)
		}
		worlds = append(worlds, w)
	}
	return worlds
}

// TestTruths demands the answer of each world: the number holds and the next does not.
func TestTruths(t *testing.T) {
	for _, w := range chosen(t) {
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			if w.Hours == 0 {
				t.Skip("drifts: there is no long run")
			}
			h := w.Hours
			if testing.Short() {
				h /= 10 // for the race detector; the shares are only printed
			}
			if *hours > 0 {
				h = *hours
			}
			for n := max(1, w.Truth-*around); n <= w.Truth+1+*around; n++ {
				s := w.Shares(n, h, 3, 1)
				line := fmt.Sprintf("%d agents: %.2f %% slow, %.2f %% late of %d", n, 100*s.Slow, 100*s.Late, s.Requests)
				t.Log(line)
				if h >= w.Hours && (n == w.Truth || n == w.Truth+1) && s.Holds() != (n == w.Truth) {
					t.Errorf("the truth is not %d: %s", w.Truth, line)
				}
			}
		})
	}
}
