package decide

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The curve is found from many points that lie on it.
func TestCurveIsFound(t *testing.T) {
	for _, want := range []loadCurve{{a: -1, b: 6, c: 2, d: 1}, {a: -2, b: 1, c: 8}, {a: 0.5, b: 14, c: 0.5, d: -1.5}, {a: -1, b: 0, c: 0}} {
		rng := rand.New(rand.NewPCG(1, 2))
		var points []curvePoint
		logs := 0.0
		for range 4000 {
			p := curvePoint{agents: float64(8 + rng.IntN(6)), load: 0.3 * rng.NormFloat64(), input: 0.5 * rng.NormFloat64(), n: 30, weight: 1.0 / 3}
			points = append(points, p)
			logs += math.Log(p.agents) / 4000
		}
		want.n0 = math.Exp(logs)
		for i := range points {
			p := &points[i]
			p.k = p.n * want.at(p.agents, p.load, p.input)
		}
		got := fitCurve(points)
		for _, x := range [][2]float64{{got.a, want.a}, {got.b, want.b}, {got.c, want.c}, {got.d, want.d}, {got.n0, want.n0}} {
			if math.Abs(x[0]-x[1]) > 0.03 {
				t.Errorf("%+v, want %+v", got, want)
				break
			}
		}
	}
}

// Without points, and with points without requests, the curve is its prior, with shares of a
// half; with few points near it; and with shares of 0 or 1 alone it stays finite and on their
// side.
func TestCurveOfLittle(t *testing.T) {
	for _, points := range [][]curvePoint{nil, {{agents: 8, weight: 1}}} {
		if got := fitCurve(points); got != (loadCurve{b: priorSlope, c: priorLoad, n0: 1}) {
			t.Errorf("%d points give %+v", len(points), got)
		}
	}
	// One phase at each of two numbers, at shares that the prior has for them.
	prior := loadCurve{b: priorSlope, c: priorLoad, n0: 10}
	var two []curvePoint
	for _, n := range []float64{10 / 1.1, 10 * 1.1} {
		two = append(two, curvePoint{agents: n, n: 10, k: 10 * prior.at(n, 0, 0), weight: 1})
	}
	got := fitCurve(two)
	if math.Abs(got.a) > 0.01 || math.Abs(got.d) > 0.01 || math.Abs(got.b-priorSlope) > 0.01 || math.Abs(got.c-priorLoad) > 0.01 {
		t.Errorf("phases on the prior give %+v", got)
	}
	for _, share := range []float64{0, 1} {
		var points []curvePoint
		for i := range 50 {
			points = append(points, curvePoint{agents: 5, load: float64(i%5-2) / 10, n: 40, k: 40 * share, weight: 0.25})
		}
		got := fitCurve(points)
		if p := got.at(5, 0, 0); math.Abs(p-share) > 0.01 || math.IsInf(got.a, 0) || math.IsNaN(got.a+got.b+got.c+got.d) {
			t.Errorf("shares of %v give %+v, %v", share, got, p)
		}
	}
}

// A phase counts for no more than ten requests, whatever it has of them.
func TestCurveWeighsPhases(t *testing.T) {
	few := []curvePoint{{agents: 8, n: 10, k: 2, weight: 1}, {agents: 10, load: 0.1, n: 10, k: 6, weight: 1}}
	many := []curvePoint{{agents: 8, n: 1000, k: 200, weight: 0.01}, {agents: 10, load: 0.1, n: 500, k: 300, weight: 0.02}}
	if a, b := fitCurve(few), fitCurve(many); math.Abs(a.a-b.a)+math.Abs(a.b-b.b)+math.Abs(a.c-b.c)+math.Abs(a.n0-b.n0) > 1e-6 {
		t.Errorf("%+v, and %+v", a, b)
	}
}

func TestSolve(t *testing.T) {
	// 2x + y = 4, x + 3y + z = 10, y + 4z = 14, 5w = 20: x = 1, y = 2, z = 3, w = 4.
	x := solve([4][4]float64{{2, 1, 0, 0}, {1, 3, 1, 0}, {0, 1, 4, 0}, {0, 0, 0, 5}}, [4]float64{4, 10, 14, 20})
	for i, want := range []float64{1, 2, 3, 4} {
		if math.Abs(x[i]-want) > 1e-12 {
			t.Errorf("%v", x)
		}
	}
}
