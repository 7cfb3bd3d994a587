package format

import (
	"fmt"
	"slices"
	"strings"
)

const tracesFolder = "traces"

// traceNames returns a path for the trace of each trajectory: its ID as far as
// that can be a file name anywhere, with a number where two would meet.
func traceNames(ts []thread) []string {
	names := make([]string, len(ts))
	taken := make(map[string]bool, len(ts))
	count := make(map[string]int)
	for i, t := range ts {
		safe := safeName(t.ID)
		name := safe
		// Many file systems do not tell upper from lower case.
		for taken[strings.ToLower(name)] {
			count[safe] = max(count[safe], 1) + 1
			name = fmt.Sprintf("%s-%d", safe, count[safe])
		}
		taken[strings.ToLower(name)] = true
		names[i] = tracesFolder + "/" + name + ".jsonl"
	}
	return names
}

// safeName replaces what file names had better not hold.
func safeName(id string) string {
	const most = 100 // bytes; file systems stop at 255 with all suffixes
	name := strings.Map(func(c rune) rune {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
			return c
		}
		return '_'
	}, id)
	name = name[:min(len(name), most)]
	if name == "" || name[0] == '.' || name[0] == '-' || isDevice(name) {
		name = "_" + name // not hidden, not an option, not a device
	}
	return name
}

// isDevice reports whether Windows takes a file name for that of a device.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	if slices.Contains([]string{"con", "prn", "aux", "nul"}, stem) {
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) &&
		'0' <= stem[3] && stem[3] <= '9'
}
