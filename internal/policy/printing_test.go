package policy

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the programs print may be of a recording, a report or a server: it goes through the
// writers of cli.New, which show nothing that a terminal would obey.
func TestProgramsPrintThroughOnePlace(t *testing.T) {
	around := regexp.MustCompile(`\bos\.Std(out|err)\b|\bfmt\.Print|\bprint(ln)?\(|cli\.Program\{`)
	bare := regexp.MustCompile(`(?m)^func (run\(|Run\(ctx )`)
	through := regexp.MustCompile(`cli\.New\(("[a-z-]+", stdout, stderr|cmp\.Or\(p\.Name, "[a-z]+"\), p\.Stdout, p\.Stderr)\)\n`)
	fleet := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && outside(path, d) && path != filepath.Join(root, "fleet") {
			return filepath.SkipDir // modules to be copied, which do not import cli, and others
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if folder = filepath.ToSlash(folder); strings.HasPrefix(folder, "fleet/cmd/") {
			fleet++
		} else if err != nil || !example(folder) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			code, _, _ := strings.Cut(line, "//")
			if around.MatchString(code) && !hands.MatchString(code) {
				t.Errorf("%s:%d prints around cli.New: %s", path, i+1, strings.TrimSpace(line))
			}
		}
		if bare.Match(text) && !through.Match(text) && !strings.Contains(path, "clientcost"+string(filepath.Separator)+"server") {
			t.Errorf("%s has a run that does not print through cli.New", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if fleet == 0 {
		t.Error("no program of the fleet was found: this test looks in the wrong place")
	}
}

// hands matches the lines that hand the standard files to a run that wraps them, to a table,
// which is clean by itself, or to a process of ours.
var hands = regexp.MustCompile(`\b(run|serve|maxusers\.Run)\(.*os\.Stdout, (Stderr: )?os\.Stderr|\.WriteTable\(os\.Stdout\)|cmd\.Stderr = os\.Stderr`)
