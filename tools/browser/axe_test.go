package browser

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// axePackage is pinned, so that the same page has the same result.
const axePackage = "axe-core@4.14.1"

// axe is the source of axe-core, which npm fetches; it is not kept here.
var axe = sync.OnceValues(func() (source string, err error) {
	folder, err := os.MkdirTemp("", "axe")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	pack := exec.Command("npm", "pack", "--silent", axePackage)
	pack.Dir = folder
	if text, err := pack.CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(text)))
	}
	names, _ := filepath.Glob(filepath.Join(folder, "*.tgz"))
	if len(names) != 1 {
		return "", errors.New("npm pack left no archive")
	}
	packed, err := os.ReadFile(names[0])
	if err != nil {
		return "", err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if err != nil {
			return "", err
		}
		if header.Name == "package/axe.min.js" {
			text, err := io.ReadAll(archive)
			return string(text), err
		}
	}
})

// violations returns what axe has against the page as it is displayed.
func violations(p *tab) []string {
	p.t.Helper()
	source, err := axe()
	p.must(err)
	eval[bool](p, source+"\n;true")
	return eval[[]string](p, `axe.run(document, { resultTypes: ['violations'] }).then(r =>
		r.violations.flatMap(v => v.nodes.slice(0, 3).map(n => v.id + ': ' + n.html.slice(0, 160))))`)
}

func needAxe(t *testing.T) {
	t.Helper()
	if _, err := axe(); err != nil {
		t.Skipf("no accessibility check: npm does not give %s: %v", axePackage, strings.TrimSpace(err.Error()))
	}
}

func TestAccessibility(t *testing.T) {
	needAxe(t)
	for _, file := range pages(t) {
		for name, v := range map[string]view{"light": {}, "dark": {dark: true}, "phone": {width: 390}} {
			if name != "light" && !small(file) {
				continue
			}
			t.Run(filepath.Base(file)+"/"+name, func(t *testing.T) {
				v.anyCode = true
				p := open(t, file, v)
				eval[bool](p, `document.querySelectorAll('details').forEach(d => d.open = true), true`)
				for _, v := range violations(p) {
					t.Error(v)
				}
			})
		}
	}
}

func TestAxeFinds(t *testing.T) {
	needAxe(t)
	p := open(t, "testdata/faulty.html", view{anyCode: true})
	if found := strings.Join(violations(p), "\n"); !strings.Contains(found, "button-name") {
		t.Errorf("a button without a name is not among the violations:\n%s", found)
	}
}
