// Package decimal parses decimal numbers of untrusted text exactly, for packages
// pricing and catalog.
package decimal

import (
	"math/big"
	"strconv"
)

// Parse returns the number in text, which may have an exponent, exactly. ok is
// false unless it is from 0 to limit and at most 64 bytes long, far more than a
// printed float64 takes. Numbers below 1e-12, a picodollar, are 0.
func Parse(text string, limit float64) (v *big.Rat, ok bool) {
	const long = 64
	// As a float first: big.Rat would work out any exponent in full.
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= 0 && f <= limit) || len(text) > long {
		return nil, false
	}
	if f < 1e-12 {
		return new(big.Rat), true
	}
	return new(big.Rat).SetString(text)
}
