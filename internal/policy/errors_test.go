package policy

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An error says what was expected in that word, so that whoever looks for it finds it. What was
// got and what is wanted is the way of tests, and of packages whose name ends in test.
func TestErrorsSayExpected(t *testing.T) {
	looked := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || strings.HasSuffix(name, "test") || name == "testdata" || name == "tools") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		for _, literal := range wanting(text) {
			t.Errorf("%s: %s, expected the word expected", path, literal)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked < 100 {
		t.Errorf("%d files were looked at: this test looks in the wrong place", looked)
	}
}

// wanting returns the string literals that say what was expected in another word.
func wanting(text []byte) (found []string) {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), text, nil, 0)
	for {
		switch _, tok, lit := s.Scan(); {
		case tok == token.EOF:
			return found
		case tok == token.STRING && (strings.Contains(lit, ", want ") || strings.Contains(lit, ": want ")):
			found = append(found, lit)
		}
	}
}

func TestWanting(t *testing.T) {
	got := wanting([]byte(`package p; var x = "N is 3, want 1"; var y = "it: want a URL"; var z = "as you want it, expected 1" // , want`))
	if strings.Join(got, " ") != `"N is 3, want 1" "it: want a URL"` {
		t.Errorf("got %q", got)
	}
}
