package format

import (
	"fmt"
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
