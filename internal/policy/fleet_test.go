package policy

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// NATS stays behind two packages of the fleet's module and one for tests, so that another
// transport is a change of those, and that a worker, which imports one of them, is no broker.
// The tests of a package may do what it may.
func TestNATSStaysInTheFleet(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "nats-io") {
		t.Error("the library's go.mod requires NATS")
	}
	may := map[string][]string{"nats-server": {"fleet/broker", "fleet/internal/natstest"}, "nats.go": {"fleet/internal/natsbus"}}
	used := make(map[string]bool)
	fleet := filepath.Join(root, "fleet")
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && outside(path, d) && path != fleet {
			return skip(err)
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			name, theirs := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "github.com/nats-io/")
			if !theirs {
				continue
			}
			name, _, _ = strings.Cut(name, "/")
			if !slices.Contains(may[name], filepath.ToSlash(folder)) {
				t.Errorf("%s imports %s", path, spec.Path.Value)
			}
			used[name] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, folders := range may {
		if !used[name] {
			t.Errorf("%v do not import %s: this test looks in the wrong place", folders, name)
		}
	}
}
