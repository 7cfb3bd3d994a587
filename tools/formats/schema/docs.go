package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// docs are the comments on types and their fields, by "folder.Type" and "folder.Type.Field".
type docs map[string]string

// field returns the comment on a field of a type, or on the type.
func (d docs) field(t reflect.Type, name string) string {
	_, folder, _ := strings.Cut(t.PkgPath(), "agentperf-go/")
	key := folder + "." + t.Name()
	if name != "" {
		key += "." + name
	}
	return d[key]
}

// readDocs reads the comments of the packages of the module in the folder.
func readDocs(root string) (docs, error) {
	d := make(docs)
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if _, err := os.Stat(filepath.Join(name, "go.mod")); name != root && (err == nil || strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		d.add(filepath.ToSlash(folder), f)
		return nil
	})
	return d, err
}

func (d docs) add(folder string, f *ast.File) {
	for _, decl := range f.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range g.Specs {
			t, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			key := folder + "." + t.Name.Name
			if d[key] = line(t.Doc); d[key] == "" {
				d[key] = line(g.Doc)
			}
			if s, ok := t.Type.(*ast.StructType); ok {
				d.fields(key, s)
			}
		}
	}
}

// fields adds the comments on fields: those above them or, without, those beside them.
func (d docs) fields(key string, s *ast.StructType) {
	for _, f := range s.Fields.List {
		text := line(f.Doc)
		if text == "" {
			text = line(f.Comment)
		}
		for _, name := range f.Names {
			d[key+"."+name.Name] = text
		}
	}
}

// line is a comment in one line.
func line(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }
