package identity

import (
	"bytes"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxDepth is far beyond any configuration: those here are five deep.
const maxDepth = 50

// A visit is to something that may contain itself.
type visit struct {
	at  uintptr
	t   reflect.Type
	len int // of a slice, whose beginning may be one of its own elements
}

// A dynamic is a type that an interface has somewhere.
type dynamic struct {
	pattern string
	t       reflect.Type
}

// value returns what v, of a type that declare has accepted, is in JSON: of the
// types that encoding/json makes of any JSON, or a json.RawMessage.
func (w *walk) value(v reflect.Value, p path) any {
	if w.depth++; w.depth > maxDepth {
		w.fail(p, "is more than %d levels deep", maxDepth)
		w.depth--
		return nil
	}
	defer func() { w.depth-- }()
	t := v.Type()
	switch t.Kind() {
	case reflect.Interface:
		return w.dynamicValue(v, p)
	case reflect.Pointer, reflect.Map, reflect.Slice:
		if v.IsNil() {
			return nil
		}
		at := visit{at: v.Pointer(), t: t}
		if t.Kind() == reflect.Slice {
			at.len = v.Len()
		}
		if w.within[at] && !(t.Kind() == reflect.Slice && at.len == 0) {
			w.fail(p, "contains itself")
			return nil
		}
		w.within[at] = true
		defer delete(w.within, at)
	}
	switch {
	case t.Kind() == reflect.Pointer:
		return w.value(v.Elem(), p)
	case w.salts(t, p):
		return w.headers(v.Convert(valuesType).Interface().(map[string][]string), p)
	case t == durationType:
		return time.Duration(v.Int()).String()
	case t == rawType:
		return w.raw(v.Bytes(), p)
	case isText(t):
		return w.marshaled(v, p)
	}
	switch t.Kind() {
	case reflect.Struct:
		return w.fields(v, p)
	case reflect.Map:
		return w.entries(v, p)
	case reflect.Slice, reflect.Array:
		return w.elements(v, p)
	case reflect.String:
		return w.text(v.String(), p)
	case reflect.Bool:
		return v.Bool()
	case reflect.Float32, reflect.Float64:
		return w.float(v, p)
	}
	if v.CanUint() {
		return v.Uint()
	}
	return v.Int()
}

// dynamicValue returns the value in an interface with the name of its type.
func (w *walk) dynamicValue(v reflect.Value, p path) any {
	if v.IsNil() {
		return nil
	}
	v = v.Elem()
	t := v.Type()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	p = p.as(t)
	key := dynamic{p.pattern, t}
	good, known := w.dynamic[key]
	if !known {
		good = w.declare(v.Type(), p, nil)
		w.dynamic[key] = good
	}
	if !good {
		return nil
	}
	found := w.value(v, p)
	// Field names have a capital, so that these keys are none of theirs.
	if fields, ok := found.(map[string]any); ok && t.Kind() == reflect.Struct {
		fields["type"] = typeName(t)
		return fields
	}
	return map[string]any{"type": typeName(t), "value": found}
}

// typeName returns the name of a type, with the import path of its package:
// several may have the same last element.
func typeName(t reflect.Type) string {
	if t.PkgPath() == "" {
		return t.String()
	}
	return t.PkgPath() + "." + t.Name()
}

func (w *walk) fields(v reflect.Value, p path) any {
	found := make(map[string]any)
	for f, field := range v.Fields() {
		at := p.name(f.Name)
		if _, exempt := w.Exempt[at.pattern]; !exempt && f.IsExported() {
			found[f.Name] = w.value(field, at)
		}
	}
	return found
}

func (w *walk) entries(v reflect.Value, p path) any {
	found := make(map[string]any)
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) }) // for errors
	for _, key := range keys {
		at := p.at(strconv.Quote(key.String()))
		w.text(key.String(), at)
		found[key.String()] = w.value(v.MapIndex(key), at)
	}
	return found
}

func (w *walk) elements(v reflect.Value, p path) any {
	if v.Type().Elem() == byteType {
		var text []byte
		for _, e := range v.Seq2() {
			text = append(text, byte(e.Uint()))
		}
		return hex.EncodeToString(text)
	}
	found := make([]any, v.Len())
	for i := range found {
		found[i] = w.value(v.Index(i), p.at(strconv.Itoa(i)))
	}
	return found
}

// marshaled returns the text of an encoding.TextMarshaler.
func (w *walk) marshaled(v reflect.Value, p path) any {
	if !v.Type().Implements(textType) { // its pointer does
		copied := reflect.New(v.Type())
		copied.Elem().Set(v)
		v = copied
	}
	m := v.Interface().(encoding.TextMarshaler)
	if at, ok := m.(time.Time); ok {
		m = at.UTC()
	}
	text, err := m.MarshalText()
	if err != nil {
		w.fail(p, "has no text: %v", err)
		return nil
	}
	return w.text(string(text), p)
}

func (w *walk) raw(text []byte, p path) any {
	var buf bytes.Buffer
	if err := json.Compact(&buf, text); err != nil || !utf8.Valid(text) {
		w.fail(p, "is a json.RawMessage that is not JSON")
		return nil
	}
	return json.RawMessage(buf.Bytes())
}

// text returns s. JSON has the same replacement for all bytes that are not UTF-8,
// so that different strings would look alike.
func (w *walk) text(s string, p path) any {
	if !utf8.ValidString(s) {
		w.fail(p, "is not UTF-8")
	}
	return s
}

func (w *walk) float(v reflect.Value, p path) any {
	f := v.Float()
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		w.fail(p, "is %v, expected a finite number", f)
		return nil
	case f == 0:
		return 0 // JSON has -0, which is not another value
	case v.Kind() == reflect.Float32:
		return float32(f) // with its own fewest digits
	}
	return f
}
