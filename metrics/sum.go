package metrics

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// smallest is the exponent of the smallest float64: all others are whole
// multiples of 2^smallest.
const smallest = -1074

// split returns m and e with |v| = m·2^e, for finite v.
func split(v float64) (m uint64, e int) {
	b := math.Float64bits(v)
	m, e = b&(1<<52-1), int(b>>52&0x7ff)
	if e == 0 { // zero or subnormal
		return m, smallest
	}
	return m | 1<<52, e - 1 + smallest
}

// An exactSum adds finite samples without rounding, so that neither their order
// nor their size matters: it is a fixed-point number in units of 2^smallest,
// wide enough for 2^63 times the largest float64 (Kulisch's accumulator). Limbs
// hold 32 bits each in 64, so that carries may wait for 2^30 additions.
type exactSum struct {
	limbs [70]int64
	added int // additions since the last carry
}

// add adds n times v.
func (s *exactSum) add(v float64, n int) {
	m, e := split(v)
	bit := uint(e - smallest)
	shift := bit % 32
	hi, lo := bits.Mul64(m, uint64(n))
	a, b, c := lo<<shift, hi<<shift|lo>>(64-shift), hi>>(64-shift)
	l := s.limbs[bit/32 : bit/32+5 : bit/32+5]
	if v < 0 {
		l[0] -= int64(a & math.MaxUint32)
		l[1] -= int64(a >> 32)
		l[2] -= int64(b & math.MaxUint32)
		l[3] -= int64(b >> 32)
		l[4] -= int64(c)
	} else {
		l[0] += int64(a & math.MaxUint32)
		l[1] += int64(a >> 32)
		l[2] += int64(b & math.MaxUint32)
		l[3] += int64(b >> 32)
		l[4] += int64(c)
	}
	if s.added++; s.added >= 1<<30 {
		s.carry()
	}
}

// merge adds all that t holds.
func (s *exactSum) merge(t *exactSum) {
	for i, l := range t.limbs {
		s.limbs[i] += l
	}
	if s.added += t.added + 1; s.added >= 1<<30 {
		s.carry()
	}
}

func (s *exactSum) carry() {
	last := len(s.limbs) - 1
	for i := range last {
		s.limbs[i+1] += s.limbs[i] >> 32
		s.limbs[i] &= math.MaxUint32
	}
	s.added = 1
}

// units returns the sum in units of 2^smallest.
func (s *exactSum) units() *big.Int {
	x := new(big.Int)
	for i := len(s.limbs) - 1; i >= 0; i-- {
		x.Lsh(x, 32).Add(x, big.NewInt(s.limbs[i]))
	}
	return x
}

// over returns the sum divided by n, rounded once; infinite if that is beyond
// the largest float64.
func (s *exactSum) over(n int) float64 {
	x := new(big.Float).SetInt(s.units())
	x.SetMantExp(x, smallest)
	q, _ := new(big.Float).SetPrec(53).Quo(x, new(big.Float).SetInt64(int64(n))).Float64()
	return q
}

// text returns the sum as a decimal number with all its digits.
func (s *exactSum) text() string {
	x := s.units()
	digits := max(0, -smallest-int(x.TrailingZeroBits())) // each binary place is a decimal one
	if x.Sign() == 0 {
		return "0"
	}
	f := new(big.Float).SetInt(x)
	return f.SetMantExp(f, smallest).Text('f', digits)
}

// parseSum reads what text wrote, or a number with an exponent, as a program in
// between may have made of it.
func parseSum(text string) (s exactSum, err error) {
	bad := errors.New("the sum is not a number in range")
	if strings.ContainsAny(text, "eE") {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
			return s, bad
		}
		s.add(v, 1)
		return s, nil
	}
	const most = 2048 // digits: text writes fewer than 330 before the point and 1,075 after it
	if len(text) > most || strings.Trim(text, "-.0123456789") != "" {
		return s, bad
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return s, bad
	}
	x := new(big.Int).Lsh(r.Num(), -smallest)
	x.Quo(x, r.Denom())
	if x.BitLen() > 32*(len(s.limbs)-1) {
		return s, bad
	}
	sign := int64(x.Sign())
	x.Abs(x)
	for i := range s.limbs {
		s.limbs[i] = sign * int64(uint32(new(big.Int).Rsh(x, uint(32*i)).Uint64()))
	}
	s.added = 1
	return s, nil
}
