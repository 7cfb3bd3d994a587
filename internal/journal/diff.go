package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Diff compares two JSON objects, the headers of a run that was and of one that
// is to be, and returns a sorted line for each value that differs, like
//
//	rules.measure_seconds: was 30, now 60
//	levels[2]: was absent, now 8
//	prices["model-1.5"].unit: was "token", now absent
//
// and none if they are equal. Arrays are compared by index; an empty array or
// object is a value of its own. Numbers are compared as they are written, so
// that no digit of a large one is lost: 1.0 is not 1. An error says which of
// the two is not an object.
func Diff(old, new []byte) ([]string, error) {
	all, err := Differences(old, new)
	lines := make([]string, 0, len(all))
	for _, d := range all {
		lines = append(lines, fmt.Sprintf("%s: was %s, now %s", d.Path, d.Was, d.Now))
	}
	slices.Sort(lines)
	return lines, err
}

// A Difference is a value that differs between two JSON objects, as JSON or "absent".
type Difference struct{ Path, Was, Now string }

// Differences returns what Diff shows, by path.
func Differences(old, new []byte) (all []Difference, err error) {
	was, err := leaves(old)
	if err != nil {
		return nil, fmt.Errorf("the old header: %w", err)
	}
	now, err := leaves(new)
	if err != nil {
		return nil, fmt.Errorf("the new header: %w", err)
	}
	const absent = "absent"
	for path, before := range was {
		after, ok := now[path]
		if !ok {
			after = absent
		}
		if !ok || before != after {
			all = append(all, Difference{path, before, after})
		}
	}
	for path, after := range now {
		if _, ok := was[path]; !ok {
			all = append(all, Difference{path, absent, after})
		}
	}
	slices.SortFunc(all, func(a, b Difference) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

// leaves returns the values in an object, as texts, by their paths.
func leaves(text []byte) (map[string]string, error) {
	if !json.Valid(text) || bytes.TrimLeft(text, " \t\r\n")[0] != '{' {
		return nil, fmt.Errorf("it is %.50q, expected a JSON object", text)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var root map[string]any
	if err := dec.Decode(&root); err != nil {
		return nil, err
	}
	found := make(map[string]string)
	for key, v := range root {
		addLeaves(found, part(key), v)
	}
	return found, nil
}

func addLeaves(found map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			found[path] = "{}"
		}
		for key, v := range v {
			key = part(key)
			if key[0] != '[' {
				key = "." + key
			}
			addLeaves(found, path+key, v)
		}
	case []any:
		if len(v) == 0 {
			found[path] = "[]"
		}
		for i, v := range v {
			addLeaves(found, fmt.Sprintf("%s[%d]", path, i), v)
		}
	case string:
		found[path] = strconv.Quote(v)
	case nil:
		found[path] = "null"
	default: // json.Number, bool
		found[path] = fmt.Sprint(v)
	}
}

var plain = regexp.MustCompile(`^[\pL\pN_-]+$`)

// part returns a key as part of a path: quoted if it could be taken for several
// parts.
func part(key string) string {
	if plain.MatchString(key) {
		return key
	}
	return "[" + strconv.Quote(key) + "]"
}
