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

// narrowLetter is the width of the narrowest letters, in em.
const narrowLetter = 0.27

// Width estimates how wide text is, in pixels at a font size. Nothing here knows the fonts of a
// reader: it is Helvetica's by classes of letters, and 4 % more for others. East Asian
// characters and pictures take a square.
func Width(text string, size float64) float64 {
	w := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("iljtfI.,:;|!' ", r):
			w += narrowLetter
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
// ends, and most at the beginning. It cuts between words where that leaves enough. What it
// returns is shown as it is by Escape.
func Cut(text string, width, size float64) string {
	const longest = 1000 // more is never shown, and costs time to measure
	text = plain.Text(text)
	runes := []rune(text)
	if len(runes) <= longest && Width(text, size) <= width {
		return text
	}
	// No more than so many of the narrowest letters have room.
	n := min(len(runes)-1, longest, int(width/(narrowLetter*size))+4)
	for ; n > 3; n-- {
		head := (n*62 + 99) / 100
		before, after := string(runes[:head]), string(runes[len(runes)-(n-head):])
		short := strings.TrimSpace(before) + "…" + strings.TrimSpace(after)
		if Width(short, size) > width {
			continue
		}
		// Runes around the cut say whether a word is cut in two.
		if !unicode.IsSpace(runes[head-1]) && !unicode.IsSpace(runes[head]) {
			before = before[:max(0, strings.LastIndexFunc(before, unicode.IsSpace))]
		}
		if at := len(runes) - (n - head); n > head && !unicode.IsSpace(runes[at-1]) && !unicode.IsSpace(runes[at]) {
			_, after, _ = strings.Cut(after, " ")
		}
		const enough = 0.55 // of the width: what is lost more would not be made up for
		for _, whole := range []string{strings.TrimSpace(before) + "…" + strings.TrimSpace(after), first(text, width, size)} {
			if Width(whole, size) >= enough*width {
				return whole
			}
		}
		return short
	}
	return string(runes[:min(len(runes), 3)]) + "…"
}

// first returns as many of the first words as fit with a mark behind them.
func first(text string, width, size float64) (short string) {
	for i, r := range text {
		if !unicode.IsSpace(r) {
			continue
		}
		longer := text[:i] + "…"
		if Width(longer, size) > width {
			break
		}
		short = longer
	}
	return short
}
