package screen

import (
	"math"
	"strings"
)

// A Scale puts numbers from 1 to Top on a number of columns: up to 40 in proportion, above that
// by their logarithms, as a search doubles.
type Scale struct{ Top, Columns int }

// linearTop is the largest number at which neighbors are still apart on the narrowest bars.
const linearTop = 40

// At returns the column of a number, from 0.
func (s Scale) At(n int) int {
	if s.Top <= 1 || n <= 1 {
		return 0
	}
	share := float64(n-1) / float64(s.Top-1)
	if s.Top > linearTop {
		share = math.Log(float64(n)) / math.Log(float64(s.Top))
	}
	return min(s.Columns-1, int(math.Round(share*float64(s.Columns-1))))
}

// Bracket returns a bar that shows where an answer lies: up to the number that holds, where it
// may be, and from the number that fails on; 0 while there is none.
func (l Look) Bracket(s Scale, holds, fails int) Line {
	full, rail := 0, s.Columns
	if holds > 0 {
		full = s.At(holds) + 1
	}
	if fails > 0 {
		rail = max(full, s.At(fails))
	}
	return Text(Blue, "%s", strings.Repeat(l.Marks.Full, full)).
		And(Dim, "%s", strings.Repeat(l.Marks.Maybe, rail-full)+strings.Repeat(l.Marks.Rail, s.Columns-rail))
}

// Here returns a line that marks a number above a bracket.
func (l Look) Here(s Scale, n int) Line {
	return Text(Normal, "%s", strings.Repeat(" ", s.At(n))).And(Yellow, "%s %d", l.Marks.Here, n)
}

// Progress returns a bar of the share that is done.
func (l Look) Progress(share float64, columns int) Line {
	done := l.part(share, columns)
	return Text(Normal, "%s", strings.Repeat(l.Marks.Done, done)).And(Dim, "%s", strings.Repeat(l.Marks.Todo, columns-done))
}

// Bar returns a bar as long as a share of the columns.
func (l Look) Bar(style Style, share float64, columns int) Line {
	return Text(style, "%s", strings.Repeat(l.Marks.Full, l.part(share, columns))).Pad(columns)
}

func (l Look) part(share float64, columns int) int {
	if !(share > 0) {
		return 0
	}
	return int(math.Round(min(1, share) * float64(columns)))
}
