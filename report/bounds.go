package report

import "fmt"

const (
	// mostBytes is the largest report: a phase takes some 5 KB, and a search of days has some
	// thousands.
	mostBytes = 64 << 20
	// mostObjects bounds what a report takes in memory, where {} may become half a KB. A phase
	// has some 16 objects, so that this, too, is room for 16,000 phases.
	mostObjects = 1 << 18
)

// bound returns an error for a text that would take too much memory as a report.
func bound(text []byte) error {
	if len(text) > mostBytes {
		return fmt.Errorf("it has more than %d bytes, expected at most as many", mostBytes)
	}
	objects, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == '{' && !quoted:
			objects++
		}
	}
	if objects > mostObjects {
		return fmt.Errorf("it has %d objects, expected at most %d", objects, mostObjects)
	}
	return nil
}
