package screen

import (
	"math"
	"strconv"
	"strings"
)

// A Promise is how many requests break one so far.
type Promise struct {
	Name string // of those, such as "too slow"
	// Share is how many of the requests, between Low and High for all that is known, and
	// Limit how many may be.
	Share, Low, High, Limit float64
}

// interval draws where the share of a promise may lie, on a scale from 0 to twice the limit, which
// is in the middle.
func (l Look) interval(p Promise, columns int) (line Line) {
	at := func(share float64) int {
		if !(p.Limit > 0) {
			return 0
		}
		return int(math.Round(max(0, share) / (2 * p.Limit) * float64(columns-1)))
	}
	low, high, limit := at(p.Low), at(p.High), (columns-1)/2
	marks := make([]string, columns)
	for i := range marks {
		switch {
		case i == low && i == at(p.Share):
			marks[i] = l.Marks.Share
		case i == limit && low < i && i < high:
			marks[i] = l.Marks.Crossed
		case i == limit:
			marks[i] = l.Marks.Limit
		case i == at(p.Share):
			marks[i] = l.Marks.Share
		case i == low:
			marks[i] = l.Marks.Low
		case i == high:
			marks[i] = l.Marks.High
		case low < i && i < high: // or beyond the scale
			marks[i] = l.Marks.Span
		default:
			marks[i] = " "
		}
	}
	part := func(from, to int) string { return strings.Join(marks[from:to], "") }
	return Text(Normal, "%s", part(0, limit)).And(Yellow, "%s", marks[limit]).And(Normal, "%s", part(limit+1, columns))
}

// Percent writes a share of requests: 25.4 %.
func Percent(share float64) string {
	return strconv.FormatFloat(math.Round(share*1e3)/10, 'f', -1, 64) + " %"
}
