package chart

import (
	"slices"
	"strings"
)

// abbreviate returns names of series that are at most so wide, and different wherever the whole
// ones are: without the words that all begin with, where there is no room for these, and cut
// between words.
func abbreviate(names []string, width, size float64) []string {
	out := make([]string, len(names))
	skip := 0 // bytes that all begin with
	if slices.ContainsFunc(names, func(s string) bool { return Width(s, size) > width }) {
		skip = common(names)
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
