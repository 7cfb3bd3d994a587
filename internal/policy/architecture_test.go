package policy

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The map in ARCHITECTURE.md has a row for each package of the root module, and none for
// what is not there.
func TestMapOfPackages(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Packages\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var mapped []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(section, -1) {
		mapped = append(mapped, row[1])
	}
	var packages []string
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (outside(path, d) || d.Name() == "testdata"):
			return fs.SkipDir
		case filepath.Ext(path) != ".go":
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		packages = append(packages, filepath.ToSlash(folder))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(packages)
	packages = slices.Compact(packages)
	for _, name := range packages {
		if !slices.Contains(mapped, name) {
			t.Errorf("the map has no row for %s", name)
		}
	}
	for i, name := range mapped {
		if !slices.Contains(packages, name) {
			t.Errorf("the map has a row for %s, which is not there", name)
		}
		if slices.Contains(mapped[:i], name) {
			t.Errorf("the map has two rows for %s", name)
		}
	}
}
