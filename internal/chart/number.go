package chart

import (
	"math"
	"strconv"
	"strings"
)

// Unknown stands for a figure that is not known.
const Unknown = "-"

// space stands between a number and its unit, and breaks no line.
const space = "\u00a0"

// Number writes a figure with three significant digits, without an exponent up to 10^15 and with
// commas; Unknown for what is not finite.
func Number(v float64) string {
	a := math.Abs(v)
	switch {
	case !known(v):
		return Unknown
	case a >= 1e15:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case a >= 99.95:
		return commas(strconv.FormatFloat(math.Round(v), 'f', 0, 64))
	case a >= 9.995:
		return trim(strconv.FormatFloat(v, 'f', 1, 64))
	case a >= 0.01:
		return trim(strconv.FormatFloat(v, 'f', 2, 64))
	case a < 1e-9:
		return "0"
	}
	// Two digits, whatever the number of zeros before them.
	return trim(strconv.FormatFloat(v, 'f', 1-int(math.Floor(math.Log10(a))), 64))
}

// Int writes a whole number with commas.
func Int(n int) string { return commas(strconv.Itoa(n)) }

// Whole is Int for figures that are whole, such as numbers of agents along an axis.
func Whole(v float64) string { return Number(math.Round(v)) }

// Seconds writes a time in ms, s or minutes.
func Seconds(v float64) string {
	switch {
	case !known(v):
		return Unknown
	case v < 0.0995:
		return Number(v*1e3) + space + "ms"
	case v < 0.9995:
		return strconv.FormatFloat(math.Round(v*1e3), 'f', 0, 64) + space + "ms"
	case v < 120:
		return Number(v) + space + "s"
	case v < 7200:
		return Number(v/60) + space + "min"
	}
	return Number(v/3600) + space + "h"
}

// Share writes a share of 1 in percent.
func Share(v float64) string {
	if !known(v) {
		return Unknown
	}
	return Number(v*100) + space + "%"
}

// USD writes an amount of money.
func USD(v float64) string {
	switch {
	case !known(v):
		return Unknown
	case math.Abs(v) >= 100:
		return "$" + Number(v)
	case v != 0 && math.Abs(v) < 0.1:
		return "$" + Number(v)
	}
	return "$" + strconv.FormatFloat(v, 'f', 2, 64)
}

// Count writes a number of things: 1 agent, 2 agents.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1" + space + one
	}
	return Int(n) + space + many
}

// List joins words: a, b and c.
func List(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// trim drops the zeros at the end of a fraction.
func trim(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// commas puts a comma before each three digits of a whole number.
func commas(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}
