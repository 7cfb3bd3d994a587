package search

import (
	"errors"
	"fmt"
	"math"
)

// A ShareTest tells whether the share of bad outcomes is below a limit, such as "fewer than
// 5 % of requests time out", and may be asked after each outcome: its error rate holds at
// all looks together, however long it goes on and for whatever reason it stops. Add
// outcomes until the verdict is [Pass] or [Fail], or until there is no time left: a [Probe]
// with a ShareTest of its own for each question knows when it has seen enough.
//
//   - [Pass]: the share is below the limit. If it is not, this is ever said with a
//     probability of at most the error rate.
//   - [Fail]: the share is above the limit. If it is not, this is ever said with a
//     probability of at most the error rate.
//   - [Unclear]: neither is certain yet. A share close to the limit may stay so for very
//     long, and one that equals it for ever, but for errors.
//
// A verdict other than Unclear is final. The rate is that of one ShareTest: a search that
// asks with at most m of them errs in one direction with at most m times that. With
// [Finder.Parallel] m is larger, up to the number of values, and Unclear answers that are
// asked again count again.
//
// # What it assumes
//
// Outcomes are independent draws from one population. Less will do: whatever came before,
// the chance of the next outcome to be bad is the share in question. If the share changes
// meanwhile, as in a system that warms up, Pass says that it was not at or above the limit
// all the time, and no more.
//
// Outcomes that are bad together, such as requests in the same bad second, are not
// independent one by one: with [ShareTest.Add] the error rate would be far higher. Collect
// them into blocks longer than what they have in common, and use [ShareTest.AddBlock], for
// which the outcomes of a block may depend on each other in any way. Blocks should be equal
// in size: what is tested is the mean of their shares, in which each block counts alike.
//
// # Method
//
// A gambler bets against "the share is q or more" with stakes from 0 to 1/(1-q): a block
// of which the part x was bad multiplies the stake's wealth by 1 + stake*(q-x), which loses
// on average if that is true. The mean wealth over a fixed mixture of stakes is then
// nonnegative and falls on average, so that it ever reaches 1/a with a probability of at
// most a (Ville, Étude critique de la notion de collectif, 1939; the bets are those of
// Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, 2024).
// Bets against "q or less" mirror that. With no bad outcome at all, a limit of 5 % and an
// error rate of 1 % take 93 outcomes; a fixed number of them would have to be 90.
//
// A ShareTest takes constant memory. It is not safe for concurrent use. The zero value has no
// limit and panics when it is told something: use [NewShareTest].
type ShareTest struct {
	limit, threshold float64 // the latter is of a log wealth
	below, above     [stakes]float64
	verdict          Verdict
}

const (
	// stakes is the number of stakes in the mixture; the best of them costs log(stakes), 3
	// of the log wealth, at most.
	stakes = 25
	// boldPart is the part of the mixture against "the limit or more" that is on the
	// boldest stake, which is boldStake of what a single all-bad block would ruin: with
	// nothing bad it grows fastest, and to show that a small share is small is where most
	// outcomes go. The controlled rule of package agentperf uses the same two.
	boldPart  = 0.9
	boldStake = 0.99
)

// NewShareTest returns a test against a limit, 0 < limit < 1, with an error rate, 0 <
// errorRate < 1. Other values are an error.
func NewShareTest(limit, errorRate float64) (*ShareTest, error) {
	var errs []error
	for _, v := range []struct {
		name  string
		value float64
	}{{"limit", limit}, {"error rate", errorRate}} {
		if !(v.value > 0 && v.value < 1) {
			errs = append(errs, fmt.Errorf("search: the %s of a ShareTest is %v, expected between 0 and 1", v.name, v.value))
		}
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	t := &ShareTest{limit: limit, threshold: -math.Log(errorRate)}
	for i := range stakes {
		t.below[i], t.above[i] = math.Log((1-boldPart)/(stakes-1)), math.Log(1.0/stakes)
	}
	t.below[stakes-1] = math.Log(boldPart)
	return t, nil
}

// stake returns a stake relative to the most that may be staked. All but the boldest are
// quantiles of the arcsine distribution, which is dense near both ends.
func stake(i int) float64 {
	if i == stakes-1 {
		return boldStake
	}
	s := math.Sin((float64(i) + 0.5) / (stakes - 1) * math.Pi / 2)
	return s * s
}

// Add records an outcome that is independent of the others.
func (t *ShareTest) Add(bad bool) {
	x := 0.0
	if bad {
		x = 1
	}
	t.bet(x)
}

// AddBlock records n outcomes, of which some were bad, that may depend on each other but
// not on those of other blocks. A block without outcomes says nothing. It panics if bad is
// negative or more than n.
func (t *ShareTest) AddBlock(n, bad int) {
	if bad < 0 || bad > n {
		panic(fmt.Sprintf("search: a block of %d outcomes, %d of them bad", n, bad))
	}
	if n > 0 {
		t.bet(float64(bad) / float64(n))
	}
}

// Verdict returns what is certain.
func (t *ShareTest) Verdict() Verdict { return t.verdict }

// bet takes in a block of which the part x was bad.
func (t *ShareTest) bet(x float64) {
	if t.limit == 0 {
		panic("search: a ShareTest without a limit, expected one of NewShareTest")
	}
	if t.verdict != Unclear {
		return
	}
	for i := range stakes {
		s := stake(i)
		t.below[i] += math.Log1p(s / (1 - t.limit) * (t.limit - x))
		t.above[i] += math.Log1p(s / t.limit * (x - t.limit))
	}
	switch {
	case logSum(&t.below) >= t.threshold:
		t.verdict = Pass
	case logSum(&t.above) >= t.threshold:
		t.verdict = Fail
	}
}

// logSum returns the log of the sum of what the values are the logs of.
func logSum(logs *[stakes]float64) float64 {
	top := logs[0]
	for _, l := range logs {
		top = max(top, l)
	}
	sum := 0.0
	for _, l := range logs {
		sum += math.Exp(l - top)
	}
	return top + math.Log(sum)
}
