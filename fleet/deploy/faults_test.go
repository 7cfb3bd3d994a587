package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the page says that the report says is what the fleet says.
func TestWordsOfFaults(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	names = append(names, "../../internal/derive/shutout.go") // of any Load with several clients
	var source strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source.WriteString(string(text))
	}
	_, table, _ := strings.Cut(string(text), "| Cause | What the report says | What follows |")
	table, _, _ = strings.Cut(table, "\n\n")
	quoted := regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(table, -1)
	if len(quoted) < 8 {
		t.Fatalf("%d quotations", len(quoted))
	}
	for _, q := range quoted {
		// Names and times are put in where the source has a verb.
		for _, part := range regexp.MustCompile(`\bW\b|\b\d+m?s\b|\.\.\.`).Split(q[1], -1) {
			if part = strings.Trim(part, " "); !strings.Contains(source.String(), part) {
				t.Errorf("nothing says %q", part)
			}
		}
	}
}
