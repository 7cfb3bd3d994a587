package main

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/tools/internal/load"
)

// lister collects the exported API of one package, an item a line.
type lister struct {
	pkg   *types.Package
	name  string
	lines []string
}

// public reports whether others can import the package.
func public(p *load.Package) bool {
	return len(p.Files) > 0 && p.Types.Name() != "main" &&
		!slices.ContainsFunc(strings.Split(p.Name, "/"), func(s string) bool { return s == "internal" || s == "examples" })
}

// list returns the exported API of a package: constants with their values, variables,
// functions, and types with their exported fields and methods, those of embedded types
// among them.
func list(p *load.Package) []string {
	l := &lister{pkg: p.Types, name: p.Name}
	for _, name := range p.Types.Scope().Names() {
		obj := p.Types.Scope().Lookup(name)
		if !obj.Exported() {
			continue
		}
		switch obj := obj.(type) {
		case *types.Const:
			l.add("const %s %s = %s", name, l.text(obj.Type()), obj.Val().ExactString())
		case *types.Var:
			l.add("var %s %s", name, l.text(obj.Type()))
		case *types.Func:
			l.add("func %s%s", name, l.signature(obj.Signature()))
		case *types.TypeName:
			l.typeName(obj)
		}
	}
	return l.lines
}

func (l *lister) add(format string, args ...any) {
	l.lines = append(l.lines, "pkg "+l.name+", "+fmt.Sprintf(format, args...))
}

func (l *lister) typeName(obj *types.TypeName) {
	if obj.IsAlias() {
		l.add("type %s = %s", obj.Name(), l.text(types.Unalias(obj.Type())))
		return
	}
	named := obj.Type().(*types.Named)
	head := "type " + obj.Name() + l.params(named.TypeParams())
	receiver := obj.Name()
	if named.TypeParams() != nil {
		// Methods name type parameters as they like: here they have the type's names.
		var args []types.Type
		for p := range named.TypeParams().TypeParams() {
			args = append(args, p)
		}
		t, err := types.Instantiate(nil, named, args, false)
		if err != nil {
			panic(err) // only validation fails
		}
		named = t.(*types.Named)
		receiver = l.text(named)
	}
	switch under := named.Underlying().(type) {
	case *types.Struct:
		l.add("%s struct", head)
		l.fields(head, under)
	case *types.Interface:
		if !under.IsMethodSet() { // a constraint
			l.add("%s %s", head, l.text(under))
			return
		}
		l.add("%s interface", head)
		sealed := false
		for m := range under.Methods() {
			if m.Exported() {
				l.add("%s interface, %s%s", head, m.Name(), l.signature(m.Signature()))
			}
			sealed = sealed || !m.Exported()
		}
		if sealed {
			l.add("%s interface, unexported methods", head)
		}
		return
	default:
		l.add("%s %s", head, l.text(under))
	}
	value := types.NewMethodSet(named)
	for sel := range types.NewMethodSet(types.NewPointer(named)).Methods() {
		m := sel.Obj().(*types.Func)
		if !m.Exported() {
			continue
		}
		star := "*"
		if value.Lookup(m.Pkg(), m.Name()) != nil {
			star = ""
		}
		l.add("method (%s%s) %s%s", star, receiver, m.Name(), l.signature(sel.Type().(*types.Signature)))
	}
}

// fields lists the exported fields of a struct. Those of an embedded struct that is
// not exported itself can be reached too.
func (l *lister) fields(head string, s *types.Struct) {
	for f := range s.Fields() {
		switch {
		case f.Exported() && f.Embedded():
			l.add("%s struct, embedded %s", head, l.text(f.Type()))
		case f.Exported():
			l.add("%s struct, %s %s", head, f.Name(), l.text(f.Type()))
		case f.Embedded():
			t := f.Type().Underlying()
			if p, ok := t.(*types.Pointer); ok {
				t = p.Elem().Underlying()
			}
			if inner, ok := t.(*types.Struct); ok {
				l.fields(head, inner)
			}
		}
	}
}
