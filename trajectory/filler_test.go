package trajectory

import (
	"bytes"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFillerIsAsLongAsAsked(t *testing.T) {
	form := regexp.MustCompile(`^([a-z]{3} )*([a-z]{1,3}|[a-z]{3}\.)$`)
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		got := appendFiller([]byte("x"), n, rng)
		if len(got) != 1+n || n > 0 && !form.Match(got[1:]) {
			t.Errorf("%d bytes of filler are %d: %q", n, len(got)-1, got[1:])
		}
	}
	a := appendFiller(nil, 1000, rand.New(rand.NewPCG(1, 2)))
	b := appendFiller(nil, 1000, rand.New(rand.NewPCG(1, 2)))
	c := appendFiller(nil, 1000, rand.New(rand.NewPCG(1, 3)))
	if !bytes.Equal(a, b) || bytes.Equal(a, c) {
		t.Error("the seed does not decide the text")
	}
}

func TestWordsAreDistinct(t *testing.T) {
	var list []string
	for w := range slices.Chunk([]byte(words), 3) {
		list = append(list, string(w))
	}
	slices.Sort(list)
	if n := len(slices.Compact(list)); n != 128 || len(words) != 3*128 {
		t.Errorf("%d distinct words in %d bytes, expected 128 of 3 letters", n, len(words))
	}
	text := string(appendFiller(nil, 4*128*100, rand.New(rand.NewPCG(1, 2))))
	for _, w := range list {
		if n := strings.Count(" "+text, " "+w); n < 50 || n > 150 {
			t.Errorf("%q appears %d times in %d words, expected about 100", w, n, 12_800)
		}
	}
}

// The percentiles of the tool delays are those that were worked out for the
// mixture when it was fitted: 44 ms, 0.31 s, 1.96 s, 13.7 s and 47 s.
func TestLawsHaveTheirQuantiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var delays []time.Duration
	delay := claudeCodeShape().toolDelay
	for range 200_000 {
		delays = append(delays, delay.seconds(rng))
	}
	slices.Sort(delays)
	for percent, want := range map[int]float64{25: 0.044, 50: 0.31, 75: 1.96, 90: 13.7, 95: 47} {
		if got := delays[len(delays)*percent/100].Seconds(); math.Abs(got/want-1) > 0.05 {
			t.Errorf("P%d of the tool delays is %.3g s, expected %.3g s", percent, got, want)
		}
	}

	l := one(46, 1.05, 3, 1200)
	// Φ(1) = 0.8413447.
	for u, want := range map[float64]float64{0.5: 46, 0.8413447460685429: 46 * math.Exp(1.05), 1e-9: 3, 1 - 1e-9: 1200} {
		if got := l.quantile(u); math.Abs(got-want) > 1e-9*want {
			t.Errorf("quantile(%v) = %v, expected %v", u, got, want)
		}
	}
	if got := (law{}).draw(rng); got != 0 {
		t.Errorf("the zero law draws %v", got)
	}
}

func TestSpreadIsEven(t *testing.T) {
	for _, step := range []float64{spreadA, spreadB} {
		for _, n := range []int{10, 100, 500} {
			points := []float64{0, 1}
			for i := range n {
				points = append(points, spread(i, step, 0.3))
			}
			slices.Sort(points)
			for i := range points[1:] {
				if gap := points[i+1] - points[i]; gap > 3/float64(n) {
					t.Errorf("step %v: a gap of %v among %d points", step, gap, n)
				}
			}
		}
	}
}
