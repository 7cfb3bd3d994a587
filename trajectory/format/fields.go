package format

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// fields are the known fields of one JSON object. Each method returns one of
// them; if it is not as expected, the method reports that and answers as if it
// were absent.
type fields struct {
	values map[string]gjson.Result
	path   string // prepended to field names in reports
	report func(field string, err error)
}

// newFields takes the known fields of object, which must be a JSON object. A
// field that is null counts as absent, since some writers write every field.
func newFields(object gjson.Result, path string, known []string, report func(string, error)) fields {
	r := fields{make(map[string]gjson.Result, len(known)), path, report}
	object.ForEach(func(key, value gjson.Result) bool {
		if !slices.Contains(known, key.Str) {
			return true
		}
		if _, twice := r.values[key.Str]; twice {
			r.fail(key.Str, "given twice")
		}
		r.values[key.Str] = value
		return true
	})
	for name, value := range r.values {
		if value.Type == gjson.Null {
			delete(r.values, name)
		}
	}
	return r
}

func (r fields) fail(name, format string, args ...any) {
	r.report(r.path+name, fmt.Errorf(format, args...))
}

// text returns a string, "" if absent.
func (r fields) text(name string) string {
	value, ok := r.values[name]
	switch {
	case !ok:
	case value.Type != gjson.String:
		r.fail(name, "%s, expected a string", jsonType(value))
	case len(value.Str) > maxText:
		r.fail(name, "%d bytes, expected at most %d", len(value.Str), maxText)
	default:
		return strings.Clone(value.Str) // a copy, not to keep the whole line
	}
	return ""
}

// need returns a string that must be present and not empty.
func (r fields) need(name string) string {
	value, ok := r.values[name]
	if !ok {
		r.fail(name, "missing")
	} else if value.Type == gjson.String && value.Str == "" {
		r.fail(name, "empty")
	}
	return r.text(name)
}

// number returns a number from low to high; ok is false if it is absent.
func (r fields) number(name string, low, high float64) (v float64, ok bool) {
	value, ok := r.values[name]
	if !ok {
		return 0, false
	}
	if value.Type != gjson.Number {
		r.fail(name, "%s, expected a number", jsonType(value))
		return 0, false
	}
	// Not value.Num: gjson accepts numbers that it cannot represent.
	v, err := strconv.ParseFloat(value.Raw, 64)
	if err != nil || !(low <= v && v <= high) {
		r.fail(name, "%s, expected %.0f to %.0f", clip(value.Raw), low, high)
		return 0, false
	}
	return v, true
}

// count returns a whole number from low to high; ok is false if it is absent.
func (r fields) count(name string, low, high float64) (v int, ok bool) {
	f, ok := r.number(name, low, high)
	if ok && f != math.Trunc(f) {
		r.fail(name, "%s, expected a whole number", clip(r.values[name].Raw))
		return 0, false
	}
	return int(f), ok
}

// array returns an array; ok is false if it is absent.
func (r fields) array(name string) (value gjson.Result, ok bool) {
	value, ok = r.values[name]
	if ok && !value.IsArray() {
		r.fail(name, "%s, expected an array", jsonType(value))
		return gjson.Result{}, false
	}
	return value, ok
}

// objects calls each for the elements of an array of objects.
func (r fields) objects(name string, each func(i int, element gjson.Result)) {
	list, ok := r.array(name)
	if !ok {
		return
	}
	i := 0
	list.ForEach(func(_, element gjson.Result) bool {
		if !element.IsObject() {
			r.fail(fmt.Sprintf("%s[%d]", name, i), "%s, expected an object", jsonType(element))
			return false // the other elements are most likely wrong in the same way
		}
		each(i, element)
		i++
		return true
	})
}

// millis returns a duration given in milliseconds; ok is false if it is absent.
func (r fields) millis(name string) (d time.Duration, ok bool) {
	v, ok := r.number(name, 0, maxMillis)
	return time.Duration(math.Round(v * float64(time.Millisecond))), ok
}
