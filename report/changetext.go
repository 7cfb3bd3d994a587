package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// text says the change in words.
func (c *Change) text() string {
	switch {
	case c.Outcome == NoWorse:
		// By the ends that leave the most room for a loss.
		a, b := c.A.span().high, c.B.span().low
		if c.less {
			a, b = c.A.span().low, c.B.span().high
		}
		if a == b && c.A.span().exact() && c.B.span().exact() {
			return c.sure("the same " + c.noun())
		}
		return c.sure("no more than " + c.words(span{a, a}, span{b, b}))
	case c.Outcome != Unknown:
		return c.sure(c.words(c.A.span(), c.B.span()))
	case c.bounded || c.Seems == Unknown:
		return "no difference can be told (" + c.A.text() + " and " + c.B.text() + ")"
	}
	return c.words(c.estimates()) + ", not sure"
}

func (c *Change) sure(words string) string {
	return fmt.Sprintf("%s, sure (wrong with a probability of at most %s)", words, percent(c.ErrorRate))
}

func (s span) exact() bool { return s.low == s.high }

// noun is "number of agents" or "P95 TTFT".
func (c *Change) noun() string {
	if c.counts {
		return "number of " + c.Name
	}
	return c.Name
}

// words says by how much b differs from a: "8.3 % fewer agents", "5 to 12 % higher P95 TTFT".
func (c *Change) words(a, b span) string {
	low, high := ratio(b.low, a.high)-1, ratio(b.high, a.low)-1
	if low == 0 && high == 0 {
		return "the same " + c.noun()
	}
	which := [2]string{"lower ", "higher "}
	if c.counts {
		which = [2]string{"fewer ", "more "}
	}
	name := which[1] + c.Name
	if high <= 0 {
		low, high = -high, -low
		name = which[0] + c.Name
	}
	switch {
	case math.IsInf(low, 0):
		return name + " (" + c.A.text() + " and " + c.B.text() + ")"
	case low == high:
		return percent(low) + " " + name
	case math.IsInf(high, 0) || high >= 1 && which[0]+c.Name == name:
		return "at least " + percent(low) + " " + name
	}
	return strings.TrimSuffix(percent(low), " %") + " to " + percent(high) + " " + name
}

// ratio is 1 for nothing over nothing.
func ratio(a, b float64) float64 {
	if a == b {
		return 1
	}
	return a / b
}

// percent formats a share with two significant digits; from 100 % on as a whole number.
func percent(share float64) string {
	p := 100 * share
	if math.Abs(p) >= 99.5 {
		return strconv.FormatFloat(p, 'f', 0, 64) + " %"
	}
	return strconv.FormatFloat(p, 'g', 2, 64) + " %"
}

// text says where a quantity lies.
func (b Bounds) text() string {
	n := func(v *float64) string { return strconv.FormatFloat(*v, 'g', 4, 64) }
	switch {
	case b.Low != nil && b.High != nil && *b.Low == *b.High:
		return n(b.Low)
	case b.Low != nil && b.High != nil:
		return n(b.Low) + " to " + n(b.High)
	case b.Low != nil && *b.Low > 0:
		return "at least " + n(b.Low)
	case b.High != nil:
		return "at most " + n(b.High)
	case b.Estimate != nil:
		return "about " + n(b.Estimate)
	}
	return "unknown"
}
