package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fixture is a module with a package for each rule.
var fixture = filepath.Join("testdata", "module")

func TestKnots(t *testing.T) {
	const want = `
embedded 2 of 4 files method.go use.go
generic 2 of 4 files method.go use.go
method 2 of 3 files call.go method.go
tags 2 of 2 files both.go system_linux.go
tested 0 of 2 files
two 3 of 6 files c.go d.go e.go
`
	var out strings.Builder
	if err := run(&out, fixture, "", 3); err != nil {
		t.Error(err)
	}
	if !slices.Equal(strings.Fields(out.String()), strings.Fields(want)) {
		t.Errorf("got:\n%swant:%s", out.String(), want)
	}
}

// A knot may be as large as its limit and not smaller, so that limits come down.
func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		limits string
		most   int
		want   []string
	}{
		{"", 3, nil},
		{"", 2, []string{"two: a knot of 3 files, at most 2"}},
		{"two 3 # for now\n\n", 2, nil},
		{"two 2", 1, []string{
			"embedded: a knot of 2 files, at most 1", "generic: a knot of 2 files, at most 1", "method: a knot of 2 files, at most 1", "tags: a knot of 2 files, at most 1",
			"two: the knot has grown from 2 files to 3",
		}},
		{"two 4", 2, []string{"two: the knot is down to 3 files: lower its limit of 4"}},
		{"two 4", 3, []string{"two: the knot is down to 3 files: remove its limit of 4"}},
		{"gone 4", 3, []string{"gone: a limit for a package that is not there"}},
	} {
		file := filepath.Join(t.TempDir(), "limits")
		if err := os.WriteFile(file, []byte(tt.limits), 0o666); err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := run(new(strings.Builder), fixture, file, tt.most); err != nil {
			got = err.Error()
		}
		if want := strings.Join(tt.want, "\n"); got != want {
			t.Errorf("-max %d with %q:\n%s\nwant:\n%s", tt.most, tt.limits, got, want)
		}
	}
}

func TestBadLimits(t *testing.T) {
	for _, text := range []string{"two", "two three", "2 two"} {
		if got, err := parseLimits(text); err == nil {
			t.Errorf("%q: %v, want an error", text, got)
		}
	}
}
