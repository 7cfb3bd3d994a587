package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// parseLimits reads a package and the size of its knot from each line. What follows
// a # is a comment.
func parseLimits(text string) (map[string]int, error) {
	limits := make(map[string]int)
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		var name string
		var size int
		if _, err := fmt.Sscanf(line, "%s %d", &name, &size); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		limits[name] = size
	}
	return limits, nil
}

// judge holds the sizes of knots against their limits: most, or what limits says,
// which has to be the size as it is.
func judge(sizes, limits map[string]int, most int) error {
	var failures []error
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		size := sizes[name]
		limit, listed := limits[name]
		switch {
		case !listed && size > most:
			failures = append(failures, fmt.Errorf("%s: a knot of %d files, at most %d", name, size, most))
		case !listed:
		case size > limit:
			failures = append(failures, fmt.Errorf("%s: the knot has grown from %d files to %d", name, limit, size))
		case size <= most:
			failures = append(failures, fmt.Errorf("%s: the knot is down to %d files: remove its limit of %d", name, size, limit))
		case size < limit:
			failures = append(failures, fmt.Errorf("%s: the knot is down to %d files: lower its limit of %d", name, size, limit))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		if _, ok := sizes[name]; !ok {
			failures = append(failures, fmt.Errorf("%s: a limit for a package that is not there", name))
		}
	}
	return errors.Join(failures...)
}
