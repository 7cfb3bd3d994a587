package page

import (
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// upper begins a sentence.
func upper(s string) string {
	for i, r := range s {
		if i > 0 {
			return strings.ToUpper(s[:i]) + s[i:]
		}
		if r == utf8.RuneError {
			return s
		}
	}
	return strings.ToUpper(s)
}

func tokens(v float64) string { return chart.Number(v) + "\u00a0tok/s" }

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// seconds writes a time that is infinite where too many requests failed to have it.
func seconds(v float64) string {
	if math.IsInf(v, 1) {
		return "infinite"
	}
	return chart.Seconds(v)
}

// cut bounds text of others that is shown in full: no launch command is longer.
func cut(text string) string {
	const most = 2000
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// sentence begins with a capital letter; names of systems stay as they are.
func sentence(before, text string) string {
	if before == "" {
		return upper(text)
	}
	return before + text
}

// unbroken keeps a number of accelerators with their name: 8x H100.
func unbroken(s string) string { return times.ReplaceAllString(s, "${1}\u00a0") }

var times = regexp.MustCompile(`(\b\d+x) `)
