package report

import "math"

// An Outcome says what became of a quantity from one run to the next.
type Outcome string

const (
	// Better and Worse: it changed, for sure.
	Better Outcome = "better"
	Worse  Outcome = "worse"
	// NoWorse: it is not worse by more than the tolerance, for sure, and it cannot be told
	// whether it is better. Something that is worse for sure, but by no more than the
	// tolerance, is NoWorse, too.
	NoWorse Outcome = "no worse"
	// Unknown: nothing is sure.
	Unknown Outcome = "unknown"
)

// Bounds are what is known of a quantity. Nil means that it is not known, or not bounded on that
// side.
type Bounds struct {
	Estimate *float64 `json:"estimate"`
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
}

// A Change is what became of one quantity.
type Change struct {
	// Name says what the quantity is, such as "agents" or "P25 output speed", and At where: a
	// service level, a number of agents or a concurrency.
	Name string `json:"name"`
	At   string `json:"at,omitempty"`
	// Unit is that of A and B, such as "tokens/s".
	Unit string `json:"unit,omitempty"`
	A    Bounds `json:"a"`
	B    Bounds `json:"b"`
	// Outcome is what is sure, and Seems what the estimates say by themselves.
	Outcome Outcome `json:"outcome"`
	Seems   Outcome `json:"seems"`
	// ErrorRate bounds the probability that Outcome is wrong; 0 if it is Unknown.
	ErrorRate float64 `json:"error_rate,omitempty"`
	// Text says it in words: "12 % more agents, sure".
	Text string `json:"text"`

	less bool // less of it is better
	// share and amount are how much worse it may become and be no worse.
	share, amount float64
	counts        bool // it is a number of things
	bounded       bool // the bounds hold with a probability
}

// judge sets Outcome and Seems. Where the change is bounded, rate is the probability that the
// bounds of both are wrong.
func (c *Change) judge(rate float64) {
	c.Outcome, c.Seems = Unknown, Unknown
	if c.A.Estimate != nil && c.B.Estimate != nil {
		c.Seems = c.outcome(c.estimates())
	}
	a, b := c.A.span(), c.B.span()
	if c.bounded = c.bounded && a.low <= a.high && b.low <= b.high; c.bounded { // a report may say anything
		if c.Outcome = c.outcome(a, b); c.Outcome != Unknown {
			c.ErrorRate = rate
		}
	}
	c.Text = c.text()
}

// outcome compares where the quantity was with where it is.
func (c *Change) outcome(a, b span) Outcome {
	least := a.high*(1-c.share) - c.amount // the least that is no worse, whatever it was
	if c.less {
		least = -(a.low*(1+c.share) + c.amount)
		a, b = span{-a.high, -a.low}, span{-b.high, -b.low}
	}
	switch {
	case b.low > a.high:
		return Better
	case b.low >= least:
		return NoWorse
	case b.high < a.low:
		return Worse
	}
	return Unknown
}

// estimates are the estimates as spans, of which both must be known.
func (c *Change) estimates() (a, b span) {
	return span{*c.A.Estimate, *c.A.Estimate}, span{*c.B.Estimate, *c.B.Estimate}
}

// A span is where something lies that is not negative; high may be infinite.
type span struct{ low, high float64 }

func (b Bounds) span() span {
	s := span{0, math.Inf(1)}
	if b.Low != nil {
		s.low = *b.Low
	}
	if b.High != nil {
		s.high = *b.High
	}
	return s
}
