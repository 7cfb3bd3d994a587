package chart

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestTicks(t *testing.T) {
	for _, tt := range []struct {
		scale Scale
		want  string
		at    [2]float64 // a figure and where it is
	}{
		{Linear(405, 5), "[0 100 200 300 400 500]", [2]float64{250, 0.5}},
		{Linear(14, 4), "[0 5 10 15]", [2]float64{15, 1}},
		{Linear(0, 4), "[0 0.2 0.4 0.6 0.8 1]", [2]float64{0.5, 0.5}},
		{Between(395, 412, 3), "[395 400 405 410 415]", [2]float64{405, 0.5}},
		{Log10(0.008, 6), "[0.01 0.1 1 10]", [2]float64{math.Sqrt(0.005 * 10), 0.5}},
		{Log10(0.2, 4), "[0.3 1 3]", [2]float64{1, math.Log10(5) / math.Log10(25)}},
		{Log10(2, 9), "[2 5 10]", [2]float64{2, 0}},
		{Agents(16), "[0 2 4 6 8 10 12 14 16]", [2]float64{4, 0.25}},
		{Agents(3), "[0 1 2 3]", [2]float64{3, 1}},
		{Agents(100), "[1 2 4 8 16 32 64]", [2]float64{100, math.Log2(100) / math.Log2(104)}},
	} {
		if got := fmt.Sprintf("%.6g", tt.scale.Ticks); got != tt.want {
			t.Errorf("ticks %s, want %s", got, tt.want)
		}
		if got := tt.scale.At(tt.at[0]); math.Abs(got-tt.at[1]) > 1e-9 {
			t.Errorf("%v is at %v, want %v", tt.at[0], got, tt.at[1])
		}
	}
}

// Whatever the figures, there are ticks, few of them, and all are within the scale.
func TestScalesOfAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		low, high := math.Exp(r.NormFloat64()*40), math.Exp(r.NormFloat64()*40)
		if r.IntN(20) == 0 {
			high = []float64{0, -1, math.NaN(), math.Inf(1), low, 5e-324, math.MaxFloat64}[r.IntN(7)]
		}
		for i, s := range []Scale{Linear(high, 4), Between(low, high, 3), Log10(low, high), Agents(high)} {
			if len(s.Ticks) == 0 || len(s.Ticks) > 64 {
				t.Fatalf("scale %d from %v to %v: %d ticks", i, low, high, len(s.Ticks))
			}
			for _, tick := range s.Ticks {
				if at := s.At(tick); !(at > -0.001 && at < 1.001) {
					t.Fatalf("scale %d from %v to %v: tick %v at %v", i, low, high, tick, at)
				}
			}
		}
	}
}

func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		ys   []float64
		want string
	}{
		{[]float64{10, 50}, "[10 50]"},                   // apart already
		{[]float64{50, 10}, "[50 10]"},                   // in any order
		{[]float64{50, 50}, "[42 58]"},                   // as little as needed
		{[]float64{0, 0, 40}, "[2 18 40]"},               // not above the plot
		{[]float64{100, 100}, "[84 100]"},                // nor below it
		{[]float64{50, 52, 90, 91}, "[43 59 82.5 98.5]"}, // groups do not touch
		{[]float64{50, 50, 60, 60}, "[31 47 63 79]"},     // and join where they would
		{[]float64{10, 10, 10, 10}, "[2 18 34 50]"},
	} {
		if got := fmt.Sprint(spread(tt.ys, 16, 2, 100)); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.ys, got, tt.want)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		ys := make([]float64, 1+r.IntN(12))
		for i := range ys {
			ys[i] = r.Float64() * 200
		}
		out := spread(ys, 16, 2, 202)
		for i, y := range out {
			if y < 1.9 || y > 202.1 {
				t.Fatalf("%v: %v", ys, out)
			}
			for k := range out[:i] {
				if math.Abs(y-out[k]) < 15.8 || (y < out[k]) != (ys[i] < ys[k]) {
					t.Fatalf("%v: %v", ys, out)
				}
			}
		}
	}
}
