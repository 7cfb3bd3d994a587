package search

import (
	"math"
	"strings"
	"testing"
)

func TestGridKnown(t *testing.T) {
	third := math.Cbrt(2)
	for _, tt := range []struct {
		name   string
		grid   Grid
		n      int
		values map[int]float64
		index  map[float64]int
	}{
		{"tenths", Grid{From: 0, To: 1, Step: 0.1}, 11, map[int]float64{1: 0, 4: 0.3, 11: 1}, map[float64]int{0: 1, 0.3: 4, 0.35: 4, 0.99: 10, 1: 11, 7: 11, -0.1: 0}},
		{"the last is below To", Grid{From: 2, To: 9, Step: 3}, 3, map[int]float64{1: 2, 2: 5, 3: 8}, map[float64]int{9: 3, 8: 3, 7.9: 2}},
		{"from below 0", Grid{From: -1, To: 1, Step: 0.5}, 5, map[int]float64{1: -1, 3: 0, 5: 1}, map[float64]int{-0.1: 2}},
		{"one value", Grid{From: 3, To: 3, Step: 1}, 1, map[int]float64{1: 3}, map[float64]int{3: 1, 2.9: 0}},
		{"doubling", Grid{From: 1, To: 1 << 30, Ratio: 2}, 31, map[int]float64{1: 1, 11: 1024, 31: 1 << 30}, map[float64]int{1024: 11, 1023: 10, 1e12: 31, math.Inf(1): 31}},
		{"thirds of an octave", Grid{From: 1, To: 8, Ratio: third}, 10, map[int]float64{4: 2, 7: 4, 10: 8}, map[float64]int{2: 4, 1.9: 3, 8: 10, 0.5: 0}},
		{"small", Grid{From: 1e-9, To: 1e-3, Ratio: 10}, 7, map[int]float64{7: 1e-3}, map[float64]int{1e-4: 6}},
	} {
		if err := tt.grid.Validate(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := tt.grid.Len(); got != tt.n {
			t.Errorf("%s: %d values, want %d", tt.name, got, tt.n)
		}
		for n, want := range tt.values {
			if got := tt.grid.At(n); math.Abs(got-want) > 1e-9*math.Max(1e-9, math.Abs(want)) {
				t.Errorf("%s: value %d is %v, want %v", tt.name, n, got, want)
			}
		}
		for v, want := range tt.index {
			if got := tt.grid.Index(v); got != want {
				t.Errorf("%s: Index(%v) = %d, want %d", tt.name, v, got, want)
			}
		}
		for n := range tt.n {
			if got := tt.grid.Index(tt.grid.At(n + 1)); got != n+1 {
				t.Errorf("%s: value %d is found as %d", tt.name, n+1, got)
			}
		}
		for _, n := range []int{-1, 0, tt.n + 1} {
			if got := tt.grid.At(n); !math.IsNaN(got) {
				t.Errorf("%s: value %d is %v", tt.name, n, got)
			}
		}
		b := tt.grid.Bracket(0)
		if err := b.Validate(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestGridMistakes(t *testing.T) {
	for _, tt := range []struct {
		grid Grid
		want string
	}{
		{Grid{}, "Step is 0"},
		{Grid{To: 1}, "Step is 0"},
		{Grid{To: 1, Step: -1}, "Step is -1"},
		{Grid{To: 1, Step: math.NaN()}, "Step is NaN"},
		{Grid{From: 1, To: 2, Step: 1, Ratio: 2}, "expected one of them"},
		{Grid{From: 1, To: 2, Ratio: 1}, "Ratio is 1,"},
		{Grid{From: 1, To: 2, Ratio: -2}, "Ratio is -2,"},
		{Grid{From: 1, To: 2, Ratio: math.Inf(1)}, "Ratio is +Inf,"},
		{Grid{To: 2, Ratio: 2}, "From is 0, expected above 0"},
		{Grid{From: 3, To: 2, Step: 1}, "From is 3, above To"},
		{Grid{From: math.NaN(), To: 2, Step: 1}, "finite"},
		{Grid{To: math.Inf(1), Step: 1}, "finite"},
		{Grid{To: 1, Step: 1e-12}, "more than"},
		{Grid{From: 1, To: 2, Ratio: 1 + 1e-12}, "more than"},
		{Grid{From: -math.MaxFloat64, To: math.MaxFloat64, Step: 1e300}, "more than"},
		{Grid{From: 1e17, To: 1e17 + 1000, Step: 1}, "is lost"},
	} {
		err := tt.grid.Validate()
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.grid, err, tt.want)
		}
		if n := tt.grid.Len(); n != 0 {
			t.Errorf("%+v has %d values", tt.grid, n)
		}
		b := tt.grid.Bracket(1)
		if n, ok := b.Next(); ok {
			t.Errorf("%+v asks %d", tt.grid, n)
		}
	}
}

// A search over a grid finds the largest value that holds, wherever it lies, and asks
// nothing beyond double what has passed.
func TestGridSearch(t *testing.T) {
	for _, g := range []Grid{{From: 1, To: 1000, Ratio: 1.1}, {From: 0.5, To: 300, Ratio: 3}, {From: 0.25, To: 100, Step: 0.25}} {
		for truth := 0; truth <= g.Len(); truth++ {
			b := g.Bracket(2)
			passed, asked := g.At(b.Start), 0
			for {
				n, ok := b.Next()
				if !ok {
					break
				}
				v := g.At(n)
				if next := g.At(min(g.Index(passed)+1, g.Len())); v > max(2*passed, next)*(1+1e-9) {
					t.Errorf("%+v up to %v: asks %v when %v has passed", g, g.At(truth), v, passed)
				}
				if n <= truth {
					passed = max(passed, v)
				}
				b.Observe(n, upTo(truth)(n))
				asked++
			}
			if got := b.Summary().LargestPassing; got != truth {
				t.Errorf("%+v: found %v, want %v", g, g.At(got), g.At(truth))
			}
			if asked > 24 {
				t.Errorf("%+v up to %v: %d questions", g, g.At(truth), asked)
			}
		}
	}
}
