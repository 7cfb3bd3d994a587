package identity

import (
	"fmt"
	"reflect"
	"strings"
)

// A path is a place in a configuration.
type path struct {
	shown   string // for errors, with indices and keys: Tiers[2].Name
	pattern string // as Options has it: Tiers[].Name
	field   string // the pattern of the last field in it, which can be exempted
}

func (p path) name(field string) path {
	if p.pattern != "" {
		p.shown += "."
		p.pattern += "."
	}
	p.shown += field
	p.pattern += field
	p.field = p.pattern
	return p
}

// at returns the path of an element: a number, or a quoted key. Its types have
// the empty index.
func (p path) at(index string) path {
	p.shown += "[" + index + "]"
	p.pattern += "[]"
	return p
}

// as returns the path of a dynamic value of type t.
func (p path) as(t reflect.Type) path {
	p.shown += fmt.Sprintf(".(%v)", t)
	p.pattern += fmt.Sprintf(".(%v)", t)
	return p
}

// beyond reports whether a pattern leads through an interface that never had the
// type that the pattern says.
func (w *walk) beyond(pattern string) bool {
	for i := range len(pattern) {
		if !strings.HasPrefix(pattern[i:], ".(") {
			continue
		}
		n := strings.IndexByte(pattern[i:], ')')
		if n < 0 {
			return false
		}
		outer := w.places[pattern[:i]]
		if outer == nil || outer.Kind() != reflect.Interface {
			return false
		}
		if w.places[pattern[:i+n+1]] == nil {
			return true
		}
	}
	return false
}
