package confseq

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"text/tabwriter"
)

// TestPower asks after how many blocks a share that differs from the limit is known to
// differ, looking after each of them.
func TestPower(t *testing.T) {
	samples := max(10, *coverage/4)
	if testing.Short() {
		samples = 3
	}
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "limit\tshare\tagents\tnone\t10 s spells, 30 %\t60 %\tplays, 0.1\t")
	row := uint64(1 << 32)
	for _, tc := range []struct{ limit, share float64 }{
		{0.25, 0.05}, {0.25, 0.15}, {0.25, 0.35}, {0.05, 0}, {0.05, 0.001}, {0.05, 0.15},
	} {
		for _, agents := range []int{16, 64} {
			fmt.Fprintf(w, "%v\t%v\t%d\t", tc.limit, tc.share, agents)
			for _, d := range []dependence{independent, weakSpells, spells, {"plays, 0.1", 0, 0, 0.1}} {
				took := make([]int, samples)
				row++
				inParallel(samples, func(i int) {
					took[i] = d.world(agents, tc.share).decided(rand.New(rand.NewPCG(row, uint64(i))), tc.limit)
				})
				slices.Sort(took)
				if median := took[samples/2]; median <= mostBlocks {
					fmt.Fprintf(w, "%d\t", median)
				} else {
					fmt.Fprintf(w, "over %d\t", mostBlocks)
				}
				in := mostBlocks + 1
				switch {
				case tc.share == 0.35 && d == independent && agents == 64:
					in = 60
				case tc.share == 0 && agents == 64: // whatever the dependence
					in = 150
				case tc.share == 0: // few requests are spread unevenly over blocks
					in = 180
				}
				if got := took[(samples*9+9)/10-1]; got > in {
					t.Errorf("limit %v, share %v, %s, %d agents: 9 of 10 samples take up to %d blocks, want %d at most",
						tc.limit, tc.share, d.name, agents, got, in)
				}
			}
			fmt.Fprintln(w)
		}
	}
	w.Flush()
	t.Logf("median number of blocks until decided, of %d samples\n%s", samples, &table)
}

// mostBlocks is an hour of them.
const mostBlocks = 360

// decided returns the number of blocks until it is known, at level, on which side of the
// limit the share is.
func (w world) decided(rng *rand.Rand, limit float64) int {
	var s Sample
	blocks, done := 0, false
	look := func() {
		blocks++
		if blocks > 60 && blocks%5 != 0 && *coverage < 1000 { // to save time
			return
		}
		e := s.Evidence()
		done = e.Enough() && (e.LogEBelow(limit) >= threshold || e.LogEAbove(limit) >= threshold)
	}
	w.run(rng, mostBlocks*blockSeconds, func(at float64, agent, play int, bad bool) bool {
		for !done && blocks < int(at/blockSeconds) {
			look()
		}
		s.Add(int64(at/blockSeconds), play, bad)
		return !done
	})
	if !done {
		return mostBlocks + 1
	}
	return blocks
}
