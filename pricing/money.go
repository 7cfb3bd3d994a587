package pricing

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/agentperf/agentperf-go/internal/decimal"
)

// USD is an amount of money in picodollars, 1e-12 US dollars. In this unit one token at
// a microdollar per million tokens costs a whole number. The range is about 9.2 million
// dollars either way. Like a time.Duration, USD can be added and compared; the functions
// of this package report an overflow as [ErrOverflow].
type USD int64

// Units of money.
const (
	Picodollar  USD = 1
	Microdollar     = 1_000_000 * Picodollar
	Dollar          = 1_000_000 * Microdollar
)

// ErrOverflow is returned for an amount outside the range of [USD].
var ErrOverflow = errors.New("pricing: an amount is beyond 9.2 million dollars")

const decimals = 12 // of a picodollar

// ParseUSD parses a decimal number of dollars, such as 2.50 or $2.50, exactly. More than
// 12 decimals are an error, and so is an exponent.
func ParseUSD(s string) (USD, error) {
	bad := func() (USD, error) {
		return 0, fmt.Errorf("pricing: %.40q is not an amount in dollars, expected one like 2.50", s)
	}
	digits, negative := strings.CutPrefix(s, "-")
	digits = strings.TrimPrefix(digits, "$")
	whole, fraction, point := strings.Cut(digits, ".")
	if whole == "" || point && fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return bad()
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > decimals {
		return 0, fmt.Errorf("pricing: %.40q has more than %d decimals", s, decimals)
	}
	n := 0 * Dollar
	for _, c := range whole + fraction + strings.Repeat("0", decimals-len(fraction)) {
		d := USD(c - '0')
		if n > (math.MaxInt64-d)/10 {
			return 0, fmt.Errorf("%w: %.40s", ErrOverflow, s)
		}
		n = 10*n + d
	}
	if negative {
		n = -n
	}
	return n, nil
}

// String returns the exact amount with at least two decimals: "$2.50".
func (u USD) String() string {
	text := u.number()
	whole, fraction, _ := strings.Cut(text, ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	sign, whole := cutSign(whole)
	return sign + "$" + whole + "." + fraction
}

// Text returns the amount rounded to a number of decimal places, half away from zero:
// "$0.44". With 12 or more it is exact.
func (u USD) Text(places int) string {
	text := u.Rat().FloatString(min(max(0, places), decimals))
	sign, text := cutSign(text)
	return sign + "$" + text
}

// Short returns the amount rounded for people: to cents, or below a dollar to three
// significant digits: "$6.21", "$0.444", "$0.00125".
func (u USD) Short() string {
	places := 2
	for limit := Dollar; u != 0 && u > -limit && u < limit && places < decimals; limit /= 10 {
		places++
	}
	text := u.Text(places)
	if zeros := len(text) - len(strings.TrimRight(text, "0")); places > 2 {
		text = text[:len(text)-min(zeros, places-2)] // "$0.50"
	}
	return text
}

// Dollars returns the amount as a floating-point number of dollars.
func (u USD) Dollars() float64 {
	f, _ := u.Rat().Float64()
	return f
}

// number returns the exact amount in dollars without trailing zeros.
func (u USD) number() string {
	text := u.Rat().FloatString(decimals)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// Rat returns the exact amount in dollars.
func (u USD) Rat() *big.Rat { return big.NewRat(int64(u), int64(Dollar)) }

func cutSign(s string) (sign, rest string) {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return "-", rest
	}
	return "", s
}

// MarshalJSON encodes the exact amount as a number of dollars.
func (u USD) MarshalJSON() ([]byte, error) { return []byte(u.number()), nil }

// UnmarshalJSON decodes a number of dollars, exactly. A number with an exponent, as
// other programs may write it, is rounded to a picodollar.
func (u *USD) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	v, err := ParseUSD(string(text))
	if err != nil && bytes.ContainsAny(text, "eE") {
		if amount, ok := decimal.Parse(string(text), most); ok {
			v, err = RoundUSD(amount)
		}
	}
	if err == nil {
		*u = v
	}
	return err
}

const most = float64(math.MaxInt64) / float64(Dollar)

// RoundUSD returns an amount of dollars rounded to a picodollar, half to even. The error
// is [ErrOverflow].
func RoundUSD(dollars *big.Rat) (USD, error) {
	n := new(big.Rat).Mul(dollars, new(big.Rat).SetInt64(int64(Dollar)))
	quotient, rest := new(big.Int).QuoRem(n.Num(), n.Denom(), new(big.Int))
	twice := new(big.Int).Abs(rest)
	twice.Lsh(twice, 1)
	if c := twice.Cmp(n.Denom()); c > 0 || c == 0 && quotient.Bit(0) == 1 {
		quotient.Add(quotient, big.NewInt(int64(n.Sign())))
	}
	if !quotient.IsInt64() {
		return 0, ErrOverflow
	}
	return USD(quotient.Int64()), nil
}
