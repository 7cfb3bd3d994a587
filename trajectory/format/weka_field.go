package format

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// fail reports a mistake in a field and ends the reading of the file: a session
// with some requests left out would be a different load.
func (d *wekaDecoder) fail(field string, err error) {
	if !d.failed {
		d.failed = true
		d.report(field, err)
	}
	d.Pos = len(d.data)
	d.Err = errors.Join(d.Err, err)
}

// text reads a string of 1 to maxText bytes, and returns other for anything else.
func (d *wekaDecoder) text(other string) string {
	if s := unquote(d.Skip()); s != "" && len(s) <= maxText {
		return s
	}
	return other
}

// float reads a number; null counts as absent.
func (d *wekaDecoder) float(field string, low, high, absent float64) float64 {
	raw := d.Skip()
	if d.Err != nil || string(raw) == "null" {
		return absent
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || !(low <= v && v <= high) {
		d.fail(field, fmt.Errorf("%s, expected %.0f to %.0f", clip(string(raw)), low, high))
		return absent
	}
	return v
}

func (d *wekaDecoder) count(field string, low, high float64) int {
	v := d.float(field, low, high, low)
	if v != math.Trunc(v) {
		d.fail(field, fmt.Errorf("%v, expected a whole number", v))
	}
	return int(v)
}

// seconds reads a time, negative if absent. Times just below 0 come from
// rounding.
func (d *wekaDecoder) seconds(field string) float64 {
	v := d.float(field, -maxCount, maxCount*1000, -1)
	if v < 0 && v > -1 {
		return 0
	}
	return v
}

// typed reads the types of what is new in a request, and reports whether a person
// typed it: whether there is text and no tool result.
func (d *wekaDecoder) typed() bool {
	text, tool := false, false
	if d.Next() != '[' {
		d.Skip()
		return false
	}
	d.Array(func(int) {
		switch string(d.Skip()) {
		case `"text"`:
			text = true
		case `"tool_result"`:
			tool = true
		}
	})
	return text && !tool
}
