package catalog

import (
	"strconv"
	"strings"
)

// A Figure is a published number and how exact it is stated to be.
type Figure struct {
	Value     float64
	Precision Precision
}

// A Precision says how a number is stated. Its value is the word before the number.
type Precision string

// The precisions.
const (
	Exact    Precision = ""
	About    Precision = "about"
	AtLeast  Precision = "at least"
	MoreThan Precision = "more than"
)

// String returns the number with all its digits, after its precision: "more than 1000".
func (f Figure) String() string {
	return strings.TrimSpace(string(f.Precision) + " " + strconv.FormatFloat(f.Value, 'f', -1, 64))
}

// over divides the number. What was inexact stays so.
func (f Figure) over(divisor float64) *Figure { return &Figure{f.Value / divisor, f.Precision} }

// figure returns a field that is a number, 0 or more, perhaps after a precision; nil if it is
// empty.
func (r *row) figure(column string) (*Figure, error) {
	text := r.get(column)
	if text == "" {
		return nil, nil
	}
	var f Figure
	for _, p := range [...]Precision{About, AtLeast, MoreThan} {
		if rest, ok := strings.CutPrefix(text, string(p)+" "); ok {
			f.Precision, text = p, rest
		}
	}
	var err error
	if f.Value, err = strconv.ParseFloat(text, 64); err != nil || !(f.Value >= 0 && f.Value <= 1e12) {
		return nil, r.bad(column, `a number, 0 or more, perhaps after "about", "at least" or "more than"`)
	}
	return &f, nil
}
