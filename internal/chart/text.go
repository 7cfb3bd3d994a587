package chart

import (
	"strings"
	"unicode"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// Sizes of text, in pixels, as the style sheet has them.
const (
	small  = 11.0 // numbers of phases
	medium = 12.0 // axes and labels
	large  = 13.0 // names and values of bars
)

// Width estimates how wide text is, in pixels at a font size. Nothing here knows the fonts of a
// reader: it is Helvetica's by classes of letters, and 4 % more for others. East Asian
// characters and pictures take a square.
func Width(text string, size float64) float64 {
	w := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("iljtfI.,:;|!' ", r):
			w += 0.27
		case strings.ContainsRune("mwMW%@", r):
			w += 0.85
		case r == '&' || unicode.IsUpper(r):
			w += 0.69
		case r >= 0x1100:
			w++
		default:
			w += 0.55
		}
	}
	return w * size * 1.04
}

// Cut shortens text in its middle until it is at most so wide: names of systems differ at both
// ends, and most at the beginning. What it returns is shown as it is by Escape.
func Cut(text string, width, size float64) string {
	const longest = 1000 // more is never shown, and costs time to measure
	text = plain.Text(text)
	runes := []rune(text)
	if len(runes) <= longest && Width(text, size) <= width {
		return text
	}
	n := min(len(runes)-1, longest)
	for ; n > 3; n-- {
		head := (n*62 + 99) / 100
		short := strings.TrimSpace(string(runes[:head])) + "…" + strings.TrimSpace(string(runes[len(runes)-(n-head):]))
		if Width(short, size) <= width {
			return short
		}
	}
	return string(runes[:min(len(runes), 3)]) + "…"
}
