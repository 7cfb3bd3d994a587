package chart

import (
	"slices"
	"strings"
)

// abbreviate returns names of series that are at most so wide, and different wherever the whole
// ones are: without the words that all begin with, where more of them fit then, and cut between
// words.
func abbreviate(names []string, width, size float64) []string {
	out := make([]string, len(names))
	skip := common(names) // bytes that all begin with
	if fitting(names, skip, width, size) <= fitting(names, 0, width, size) {
		skip = 0
	}
	for i, name := range names {
		out[i] = Cut(name[skip:], width, size)
	}
	for i := range out {
		for k := range out[:i] {
			if out[i] != out[k] || names[i] == names[k] {
				continue
			}
			after := common([]string{names[i], names[k]})
			for _, j := range []int{i, k} {
				out[j] = "…" + Cut(names[j][after:], width-Width("…", size), size)
			}
		}
	}
	return out
}

// fitting returns how many of the names fit without their first bytes.
func fitting(names []string, skip int, width, size float64) (n int) {
	for _, s := range names {
		if Width(s[skip:], size) <= width {
			n++
		}
	}
	return n
}

// common returns the length of the words that all names begin with, of which each has more.
func common(names []string) (n int) {
	if len(names) < 2 {
		return 0
	}
	for i := strings.IndexByte(names[0], ' '); i >= 0; {
		start := names[0][:i+1]
		if slices.ContainsFunc(names, func(s string) bool { return !strings.HasPrefix(s, start) || len(s) == len(start) }) {
			break
		}
		n = len(start)
		next := strings.IndexByte(names[0][n:], ' ')
		if next < 0 {
			break
		}
		i = n + next
	}
	return n
}
