package identity

import (
	"encoding"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"time"
)

var (
	durationType = reflect.TypeFor[time.Duration]()
	rawType      = reflect.TypeFor[json.RawMessage]()
	headerType   = reflect.TypeFor[http.Header]()
	valuesType   = reflect.TypeFor[map[string][]string]()
	byteType     = reflect.TypeFor[byte]()
	textType     = reflect.TypeFor[encoding.TextMarshaler]()
	readerType   = reflect.TypeFor[io.Reader]()
	writerType   = reflect.TypeFor[io.Writer]()
)

// declare reports whether all values of type t can be represented, and says
// which of its fields cannot. Outer are the types that t is part of.
func (w *walk) declare(t reflect.Type, p path, outer []reflect.Type) bool {
	if slices.Contains(outer, t) {
		return w.refuse(p, "of type "+t.String()+", which contains itself,")
	}
	outer = append(outer, t)
	if t.Kind() == reflect.Pointer {
		return w.declare(t.Elem(), p, outer)
	}
	w.places[p.pattern] = t
	switch {
	case w.salts(t, p):
		if t.ConvertibleTo(valuesType) {
			return true
		}
		w.fail(p, "is to be salted and is a %v, expected a map[string][]string", t)
		return false
	case t.Kind() == reflect.Interface && (t.Implements(writerType) || t.Implements(readerType)):
		return w.refuse(p, "of type "+t.String()+", a stream,")
	case t.Kind() == reflect.Interface: // the rest when its dynamic type is known
		return true
	case isText(t):
		if hidesFields(t) {
			return w.refuse(p, "of type "+t.String()+", whose text may be that of an embedded field and hide the others,")
		}
		return true
	case t == durationType, t == rawType:
		return true
	}
	switch t.Kind() {
	case reflect.Struct:
		return w.declareFields(t, p, outer)
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			return w.refuse(p, "of type "+t.String()+", whose keys are not strings,")
		}
		return w.declare(t.Elem(), p.at(""), outer)
	case reflect.Slice, reflect.Array:
		return w.declare(t.Elem(), p.at(""), outer)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr, reflect.Complex64, reflect.Complex128:
		return w.refuse(p, "a "+t.Kind().String())
	}
	return true // numbers, strings, booleans
}

func (w *walk) declareFields(t reflect.Type, p path, outer []reflect.Type) bool {
	good := true
	for f := range t.Fields() {
		at := p.name(f.Name)
		switch _, exempt := w.Exempt[at.pattern]; {
		case exempt:
			w.exempt[at.pattern] = true
		case f.Name == "_": // holds nothing
		case !f.IsExported():
			good = w.refuse(at, "an unexported field")
		default:
			good = w.declare(f.Type, at, outer) && good
		}
	}
	return good
}

// refuse reports that what is at p has to be exempted, and returns false.
func (w *walk) refuse(p path, what string) bool {
	w.fail(p, "is %s and cannot be part of an identity: exempt %q, or a field around it, with a reason", what, p.field)
	return false
}

// salts reports whether the values in a map of type t at p appear as digests.
func (w *walk) salts(t reflect.Type, p path) bool {
	return t == headerType || slices.Contains(w.Salted, p.pattern)
}

// isText reports whether values of t, which is not a pointer, are represented by
// their text.
func isText(t reflect.Type) bool {
	return t.Implements(textType) || reflect.PointerTo(t).Implements(textType)
}

// hidesFields reports whether the text of t may be that of an embedded field,
// which says nothing of the other fields.
func hidesFields(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t.NumField() < 2 {
		return false
	}
	for f := range t.Fields() {
		if f.Anonymous && isText(f.Type) {
			return true
		}
	}
	return false
}
