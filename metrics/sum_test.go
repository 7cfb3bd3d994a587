package metrics

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// Carries are due once in 2^30 additions, and change nothing.
func TestSumCarries(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 9))
	var s, carried exactSum
	want := new(big.Float).SetPrec(2300)
	for i := range 5000 {
		v, n := math.Ldexp(rng.Float64()-0.5, rng.IntN(2000)-1000), 1+rng.IntN(math.MaxInt)
		s.add(v, n)
		if i%100 == 0 {
			carried.added = 1<<30 - 1
		}
		carried.add(v, n)
		product := new(big.Float).SetPrec(200).Mul(big.NewFloat(v), new(big.Float).SetInt64(int64(n)))
		want.Add(want, product)
	}
	if carried.added >= 5000 {
		t.Error("no carry was made")
	}
	got := new(big.Float).SetInt(carried.units())
	if got.SetMantExp(got, smallest); s.units().Cmp(carried.units()) != 0 || got.Cmp(want) != 0 {
		t.Errorf("sum %v, with carries %v, want %v", s.text(), carried.text(), want)
	}
	read, err := parseSum(carried.text())
	if err != nil || read.units().Cmp(inUnits(want)) != 0 {
		t.Errorf("read as %v, %v", read.text(), err)
	}
}

// inUnits returns v in units of 2^smallest.
func inUnits(v *big.Float) *big.Int {
	x, _ := new(big.Float).SetMantExp(v, -smallest).Int(nil)
	return x
}
