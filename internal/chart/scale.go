package chart

import "math"

// A Scale maps figures to the part of an axis: 0 is its beginning and 1 its end. The zero Scale
// maps everything to 0.
type Scale struct {
	// Ticks are the figures that are written along the axis.
	Ticks []float64
	// Log is set if equal distances are equal factors.
	Log bool

	low, high float64 // their logarithms with Log
}

// At returns where a figure is; it may be outside of 0 to 1, and is NaN for what a logarithm
// does not have.
func (s Scale) At(v float64) float64 {
	if s.Log {
		v = math.Log2(v)
	}
	if s.high <= s.low {
		return 0
	}
	return (v - s.low) / (s.high - s.low)
}

// inside is At for a mark that must not leave the plot.
func (s Scale) inside(v float64) float64 { return max(0, min(1, s.At(v))) }

// Linear returns a scale from 0 to a round figure at or above most, with about n steps.
func Linear(most float64, n int) Scale {
	if !(most > 1e-12) || most > 1e300 {
		most = 1
	}
	return Between(0, most, n)
}

// Between returns a scale that need not begin at 0, as around a limit, with round ends.
func Between(low, high float64, n int) Scale {
	if !known(low, high) || high <= low || high-low > 1e300 {
		low, high = 0, 1
	}
	step := round((high - low) / float64(n))
	s := Scale{low: math.Floor(low/step+1e-9) * step, high: math.Ceil(high/step-1e-9) * step}
	steps := int(math.Round((s.high - s.low) / step))
	for i := range min(steps, 100) + 1 {
		s.Ticks = append(s.Ticks, s.low+float64(i)*step)
	}
	return s
}

// Exactly returns a scale that ends where it is told to, with ticks at round figures.
func Exactly(low, high float64, n int) Scale {
	s := Between(low, high, n)
	if known(low, high) && high > low && high-low <= 1e300 {
		var ticks []float64
		for _, t := range s.Ticks {
			if t >= low-1e-9 && t <= high+1e-9 {
				ticks = append(ticks, t)
			}
		}
		s.low, s.high, s.Ticks = low, high, ticks
	}
	return s
}

// round returns 1, 2 or 5 times a power of ten near v.
func round(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	switch v /= power; {
	case v > 7.5:
		return 10 * power
	case v > 3.2:
		return 5 * power
	case v > 1.5:
		return 2 * power
	}
	return power
}

// Log10 returns a logarithmic scale between figures above 0, with ends at 1, 2 or 5 times a
// power of ten. More than 1.2 decades have ticks at 1 and 3, more than 2.2 at 1 only.
func Log10(low, high float64) Scale {
	if !(low > 1e-12) || !(high >= low) || high > 1e15 {
		low, high = 1, 10
	}
	low, high = ending(low, false), ending(high*(1-1e-9), true)
	if high <= low*1.001 {
		high = low * 10
	}
	marks := []float64{1, 2, 5}
	switch decades := math.Log10(high / low); {
	case decades > 6:
		marks = []float64{1}
	case decades > 2.2:
		marks = []float64{1}
	case decades > 1.2:
		marks = []float64{1, 3}
	}
	s := Scale{Log: true, low: math.Log2(low), high: math.Log2(high)}
	for p := math.Floor(math.Log10(low) + 1e-9); p <= math.Ceil(math.Log10(high)); p++ {
		for _, m := range marks {
			if v := m * math.Pow(10, p); v >= low*.999 && v <= high*1.001 {
				s.Ticks = append(s.Ticks, v)
			}
		}
	}
	return s
}

// ending returns 1, 2 or 5 times a power of ten at or below v, or at or above it.
func ending(v float64, up bool) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)+1e-9))
	if up {
		for _, m := range []float64{1, 2, 5} {
			if m*power >= v {
				return m * power
			}
		}
		return 10 * power
	}
	for _, m := range []float64{5, 2} {
		if m*power <= v*(1+1e-9) {
			return m * power
		}
	}
	return power
}

// Agents returns the scale of numbers of agents, or of concurrencies, from 1 to most: linear up
// to 40, where steps of a search are a few pixels apart, and beyond that by powers of two, as
// a search takes them.
func Agents(most float64) Scale {
	if !(most > 40) {
		return Linear(max(1, most), 5).whole()
	}
	if most > 1e15 {
		most = 1e15
	}
	s := Scale{Log: true, high: math.Log2(most * 1.04)}
	for k := 0.0; k <= s.high; k++ {
		s.Ticks = append(s.Ticks, math.Exp2(k))
	}
	return s
}

// whole leaves the ticks that are whole numbers.
func (s Scale) whole() Scale {
	var ticks []float64
	for _, t := range s.Ticks {
		if math.Abs(t-math.Round(t)) < 1e-9 {
			ticks = append(ticks, t)
		}
	}
	s.Ticks = ticks
	return s
}
