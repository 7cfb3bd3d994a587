package format

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// fail reports what is wrong with a field and ends the reading of the file: with
// requests left out it would be another session.
func (d *wekaDecoder) fail(field string, err error) {
	if !d.failed {
		d.failed = true
		d.rd.at(d.file, 0)(field, err)
	}
	d.Pos = len(d.data)
	d.Err = errors.Join(d.Err, err)
}

// text passes a value and returns the string that it is, or other.
func (d *wekaDecoder) text(other string) string {
	if s := unquote(d.Skip()); s != "" && len(s) <= maxText {
		return s
	}
	return other
}

// float passes a number; null is as good as absent.
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

// seconds passes a time. Marks that are negative by rounding are 0.
func (d *wekaDecoder) seconds(field string) float64 {
	v := d.float(field, -maxCount, maxCount*1000, -1)
	if v < 0 && v > -1 {
		return 0
	}
	return v
}

// typed passes the types of what is new in a request and reports whether a
// person typed it: text, and no result of a tool.
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
