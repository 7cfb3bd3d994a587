// Package load type-checks the packages of a module. It needs nothing but the go
// command, so that the tools run where no module can be downloaded.
package load

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A Package is one package without its tests.
type Package struct {
	Path  string // import path
	Name  string // import path below the module's, or the module's own
	Files []*ast.File
	Fset  *token.FileSet
	Types *types.Package
	Uses  map[*ast.Ident]types.Object // identifiers in Files
}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	DepOnly                 bool
	Module                  *struct{ Path string }
}

// Module returns the packages of the module in dir, in the order of their paths. They
// are those of linux/amd64, whatever the machine, so that what is checked in holds on
// every one.
func Module(dir string) ([]*Package, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,DepOnly,Module", "./...")
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(os.Environ(), "GOOS=linux", "GOARCH=amd64"), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w", dir, err)
	}
	exports := make(map[string]string)
	var ours []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			ours = append(ours, p)
		}
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	var packages []*Package
	for _, l := range ours {
		p, err := check(l, fset, imports)
		if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
	slices.SortFunc(packages, func(a, b *Package) int { return strings.Compare(a.Path, b.Path) })
	return packages, nil
}

func check(l listed, fset *token.FileSet, imports types.Importer) (*Package, error) {
	p := &Package{Path: l.ImportPath, Name: l.ImportPath, Fset: fset, Uses: make(map[*ast.Ident]types.Object)}
	if below, ok := strings.CutPrefix(l.ImportPath, l.Module.Path+"/"); ok {
		p.Name = below
	}
	for _, name := range l.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(l.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.Files = append(p.Files, f)
	}
	config := types.Config{Importer: imports, Sizes: types.SizesFor("gc", "amd64")}
	var err error
	p.Types, err = config.Check(l.ImportPath, fset, p.Files, &types.Info{Uses: p.Uses})
	return p, err
}
