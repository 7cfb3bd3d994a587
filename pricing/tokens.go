package pricing

import (
	"errors"
	"fmt"
	"math/big"
	"math/bits"
)

// Tokens are numbers of tokens of the three kinds that have prices of their own.
type Tokens struct {
	// Input is the number of input tokens that were computed.
	Input int64 `json:"input_tokens"`
	// CachedInput is the number of input tokens that came from a prefix cache.
	CachedInput int64 `json:"cached_input_tokens"`
	Output      int64 `json:"output_tokens"`
}

// Rates are prices per million tokens, each a whole number of microdollars, so that any
// number of tokens costs a whole number of picodollars. Nil means unknown, not free.
type Rates struct {
	Input       *USD `json:"input_usd_per_million"`
	CachedInput *USD `json:"cached_input_usd_per_million"`
	Output      *USD `json:"output_usd_per_million"`
}

// ErrNoRate is returned for tokens of a kind without a rate.
var ErrNoRate = errors.New("pricing: tokens without a rate")

// A Cost is an amount of money, split by kind of token.
type Cost struct {
	Input       USD `json:"input_usd"`
	CachedInput USD `json:"cached_input_usd"`
	Output      USD `json:"output_usd"`
}

// Total returns the sum. For a Cost returned by this package it does not overflow.
func (c Cost) Total() USD { return c.Input + c.CachedInput + c.Output }

// kind is one kind of token in a calculation.
type kind struct {
	name   string
	tokens int64
}

func (t Tokens) kinds() [3]kind {
	return [3]kind{{"input", t.Input}, {"cached input", t.CachedInput}, {"output", t.Output}}
}

func (t Tokens) validate() error {
	for _, k := range t.kinds() {
		if k.tokens < 0 {
			return fmt.Errorf("pricing: %d %s tokens, expected 0 or more", k.tokens, k.name)
		}
	}
	return nil
}

// Cost returns the exact cost of tokens. The error wraps [ErrNoRate] for tokens of a kind
// without a rate, and is [ErrOverflow] for amounts that USD cannot hold.
func (r Rates) Cost(t Tokens) (Cost, error) {
	if err := t.validate(); err != nil {
		return Cost{}, err
	}
	var parts [3]USD
	total := uint64(0)
	rates := [3]*USD{r.Input, r.CachedInput, r.Output}
	for i, k := range t.kinds() {
		rate := rates[i]
		switch {
		case k.tokens == 0:
			continue
		case rate == nil:
			return Cost{}, fmt.Errorf("%w: %d %s tokens", ErrNoRate, k.tokens, k.name)
		case *rate < 0 || *rate%Microdollar != 0:
			return Cost{}, fmt.Errorf("pricing: the rate for %s tokens is %v per million, expected a whole number of microdollars, 0 or more", k.name, *rate)
		}
		high, low := bits.Mul64(uint64(k.tokens), uint64(*rate/Microdollar))
		var carry uint64
		total, carry = bits.Add64(total, low, 0)
		if high != 0 || carry != 0 || total > 1<<63-1 {
			return Cost{}, ErrOverflow
		}
		parts[i] = USD(low)
	}
	return Cost{parts[0], parts[1], parts[2]}, nil
}

// Weights are the weights of a token of each kind in [Split]. Only their ratios matter.
// The ratios of list prices are one choice; there is no standard.
type Weights struct {
	Input, CachedInput, Output int64
}

// Split divides a bill, such as that for an hour of a system, among the tokens of that
// time:
//
//	share of a kind = bill x weight x tokens / sum of weight x tokens
//
// The parts add up exactly to the bill: each is rounded down, and the remaining
// picodollars go to the largest remainders. Artificial Analysis and others give the whole
// bill to input and again to output, so that the two must not be added; this split, which
// is not a published one, conserves the bill.
func Split(bill USD, t Tokens, w Weights) (Cost, error) {
	if err := t.validate(); err != nil {
		return Cost{}, err
	}
	if bill < 0 {
		return Cost{}, fmt.Errorf("pricing: the bill is %v, expected 0 or more", bill)
	}
	weights := [3]int64{w.Input, w.CachedInput, w.Output}
	var weighed [3]*big.Int
	sum := new(big.Int)
	for i, k := range t.kinds() {
		if weights[i] < 0 {
			return Cost{}, fmt.Errorf("pricing: the weight of %s tokens is %d, expected 0 or more", k.name, weights[i])
		}
		weighed[i] = new(big.Int).Mul(big.NewInt(k.tokens), big.NewInt(weights[i]))
		sum.Add(sum, weighed[i])
	}
	if sum.Sign() == 0 {
		return Cost{}, errors.New("pricing: no token has any weight: there is nothing to split the bill among")
	}
	var parts [3]USD
	var rests [3]*big.Int
	left := bill
	for i := range parts {
		n := new(big.Int).Mul(weighed[i], big.NewInt(int64(bill)))
		n.QuoRem(n, sum, weighed[i])
		rests[i] = weighed[i]
		parts[i] = USD(n.Int64()) // at most the bill
		left -= parts[i]
	}
	for ; left > 0; left-- {
		most := 0
		for i := range rests {
			if rests[i].Cmp(rests[most]) > 0 {
				most = i
			}
		}
		parts[most]++
		rests[most] = new(big.Int) // fewer are left than there are remainders
	}
	return Cost{parts[0], parts[1], parts[2]}, nil
}

// PerMillion returns the cost of a million tokens of each kind if the given tokens cost c,
// rounded to a microdollar, half to even; nil for a kind without tokens.
func (c Cost) PerMillion(t Tokens) (Rates, error) {
	if err := t.validate(); err != nil {
		return Rates{}, err
	}
	var rates [3]*USD
	costs := [3]USD{c.Input, c.CachedInput, c.Output}
	for i, k := range t.kinds() {
		if k.tokens == 0 {
			continue
		}
		// Picodollars per token are microdollars per million.
		each, err := RoundUSD(new(big.Rat).Quo(costs[i].Rat(), new(big.Rat).SetInt64(k.tokens)))
		if err != nil {
			return Rates{}, err
		}
		if each > (1<<63-1)/Microdollar || each < -(1<<63-1)/Microdollar {
			return Rates{}, ErrOverflow
		}
		rates[i] = new(each * Microdollar)
	}
	return Rates{rates[0], rates[1], rates[2]}, nil
}

// Blended returns the cost of a million tokens of any kind if the given tokens together
// cost the bill, rounded to a picodollar, half to even.
func Blended(bill USD, t Tokens) (USD, error) {
	if err := t.validate(); err != nil {
		return 0, err
	}
	n := new(big.Int)
	for _, k := range t.kinds() {
		n.Add(n, big.NewInt(k.tokens))
	}
	if n.Sign() == 0 {
		return 0, errors.New("pricing: there are no tokens")
	}
	const million = 1_000_000
	perToken := bill.Rat()
	perToken.Quo(perToken, new(big.Rat).SetInt(n))
	return RoundUSD(perToken.Mul(perToken, big.NewRat(million, 1)))
}
