package pricing_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/agentperf/agentperf-go/pricing"
)

func rates(input, cached, output pricing.USD) pricing.Rates {
	return pricing.Rates{Input: &input, CachedInput: &cached, Output: &output}
}

// An invoice: a million in at $1, two million cached at $0.10, half a million
// out at $4 are $1 + $0.20 + $2.
func TestCost(t *testing.T) {
	got, err := rates(pricing.Dollar, pricing.Dollar/10, 4*pricing.Dollar).Cost(pricing.Tokens{Input: 1e6, CachedInput: 2e6, Output: 5e5})
	want := pricing.Cost{Input: pricing.Dollar, CachedInput: pricing.Dollar / 5, Output: 2 * pricing.Dollar}
	if err != nil || got != want || got.Total().String() != "$3.20" {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	// One token at a microdollar per million is a picodollar.
	if got, err := rates(pricing.Microdollar, 0, 0).Cost(pricing.Tokens{Input: 1}); err != nil || got.Total() != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := (pricing.Rates{}).Cost(pricing.Tokens{}); err != nil || got != (pricing.Cost{}) {
		t.Errorf("nothing costs %v, %v", got, err)
	}
}

func TestCostMistakes(t *testing.T) {
	output := 4 * pricing.Dollar
	if _, err := (pricing.Rates{Output: &output}).Cost(pricing.Tokens{CachedInput: 1, Output: 10}); !errors.Is(err, pricing.ErrNoRate) {
		t.Errorf("tokens without a rate: %v", err)
	}
	for name, f := range map[string]func() (pricing.Cost, error){
		"negative tokens": func() (pricing.Cost, error) { return rates(0, 0, 0).Cost(pricing.Tokens{Input: -1}) },
		"too fine a rate": func() (pricing.Cost, error) { return rates(1, 0, 0).Cost(pricing.Tokens{Input: 1}) },
		"negative rate":   func() (pricing.Cost, error) { return rates(-pricing.Dollar, 0, 0).Cost(pricing.Tokens{Input: 1}) },
		"overflow": func() (pricing.Cost, error) {
			return rates(pricing.Dollar, 0, 0).Cost(pricing.Tokens{Input: math.MaxInt64})
		},
		"overflow of the sum": func() (pricing.Cost, error) {
			return rates(pricing.Dollar, 0, pricing.Dollar).Cost(pricing.Tokens{Input: 9e12, Output: 9e12})
		},
		"no weight": func() (pricing.Cost, error) {
			return pricing.Split(pricing.Dollar, pricing.Tokens{Input: 5}, pricing.Weights{Output: 1})
		},
		"negative weight": func() (pricing.Cost, error) {
			return pricing.Split(pricing.Dollar, pricing.Tokens{Input: 5}, pricing.Weights{Input: -1})
		},
		"negative bill": func() (pricing.Cost, error) {
			return pricing.Split(-1, pricing.Tokens{Input: 5}, pricing.Weights{Input: 1})
		},
	} {
		if got, err := f(); err == nil {
			t.Errorf("%s: %v, want an error", name, got)
		}
	}
}

// Cost is additive and grows with tokens; a split conserves the bill to the last
// picodollar, and no part is more than a picodollar from its exact share.
func TestCostProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	tokens := func() pricing.Tokens {
		return pricing.Tokens{Input: rng.Int64N(1e9), CachedInput: rng.Int64N(1e9), Output: rng.Int64N(1e9)}
	}
	for range 5000 {
		r := rates(pricing.USD(rng.Int64N(1e8))*pricing.Microdollar/10, pricing.USD(rng.Int64N(1e7))*pricing.Microdollar, pricing.USD(rng.Int64N(1e8))*pricing.Microdollar)
		r.Input = new(*r.Input / pricing.Microdollar * pricing.Microdollar)
		a, b := tokens(), tokens()
		both := pricing.Tokens{Input: a.Input + b.Input, CachedInput: a.CachedInput + b.CachedInput, Output: a.Output + b.Output}
		ca, errA := r.Cost(a)
		cb, errB := r.Cost(b)
		cc, errC := r.Cost(both)
		if errA != nil || errB != nil || errC != nil {
			t.Fatal(errA, errB, errC)
		}
		if ca.Total()+cb.Total() != cc.Total() {
			t.Fatalf("%+v at %v: %v and %v are not %v", a, b, ca, cb, cc)
		}
		if cc.Total() < ca.Total() || cc.Output < cb.Output {
			t.Fatalf("more tokens cost less: %v, %v", ca, cc)
		}

		bill := pricing.USD(rng.Int64() >> rng.IntN(60))
		w := pricing.Weights{Input: rng.Int64N(100), CachedInput: rng.Int64N(100), Output: 1 + rng.Int64N(400)}
		a.Output++
		parts, err := pricing.Split(bill, a, w)
		if err != nil {
			t.Fatal(err)
		}
		if parts.Input+parts.CachedInput+parts.Output != bill || parts.Total() != bill {
			t.Fatalf("the parts of %d are %+v", bill, parts)
		}
		sum := float64(w.Input)*float64(a.Input) + float64(w.CachedInput)*float64(a.CachedInput) + float64(w.Output)*float64(a.Output)
		share := float64(bill) * float64(w.Output) * float64(a.Output) / sum
		if math.Abs(float64(parts.Output)-share) > 1+1e-9*float64(bill) {
			t.Fatalf("output's part of %d is %d, want %v", bill, parts.Output, share)
		}
	}
}

func TestSplitRemainder(t *testing.T) {
	// Thirds of 100 and of 101 picodollars: ties go to the first kinds.
	three := pricing.Tokens{Input: 1, CachedInput: 1, Output: 1}
	for bill, want := range map[pricing.USD]pricing.Cost{
		100: {Input: 34, CachedInput: 33, Output: 33}, 101: {Input: 34, CachedInput: 34, Output: 33}, 0: {},
	} {
		if got, err := pricing.Split(bill, three, pricing.Weights{1, 1, 1}); err != nil || got != want {
			t.Errorf("%d is split into %+v, %v; want %+v", bill, got, err, want)
		}
	}
	// $16 for 10 million in and 2 million out at 1 : 4 is $16 over 18 million
	// units: $0.888889 and four times that.
	got, err := pricing.Split(16*pricing.Dollar, pricing.Tokens{Input: 10e6, Output: 2e6}, pricing.Weights{Input: 1, Output: 4})
	if err != nil {
		t.Fatal(err)
	}
	each, err := got.PerMillion(pricing.Tokens{Input: 10e6, Output: 2e6})
	if err != nil || each.Input.String() != "$0.888889" || each.Output.String() != "$3.555556" || each.CachedInput != nil {
		t.Errorf("%v and %v a million, %v", each.Input, each.Output, err)
	}
	blended, err := pricing.Blended(16*pricing.Dollar, pricing.Tokens{Input: 10e6, CachedInput: 4e6, Output: 2e6})
	if err != nil || blended != pricing.Dollar {
		t.Errorf("blended %v, %v; want $1", blended, err)
	}
}
