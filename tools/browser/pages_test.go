package browser

import (
	"flag"
	"path/filepath"
	"testing"
)

var other = flag.String("pages", "", "test these `files` too, a pattern")

// pages returns the files of the pages under test.
func pages(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(*other)
	if err != nil {
		t.Fatal(err)
	}
	return files
}
