package system

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/jsonerror"
)

// MostBytes is the size of the longest file that [Parse] takes: launch commands of a whole rack
// are some KB.
const MostBytes = 1 << 20

// Parse reads an identity from JSON, an object as system.schema.json in this package describes
// it. Unknown and repeated fields are errors: a mistyped name would leave a fact out. Errors
// name the field and the line.
func Parse(text []byte) (*Identity, error) {
	if len(text) > MostBytes {
		return nil, fmt.Errorf("%d bytes, expected at most %d", len(text), MostBytes)
	}
	w := walker{text: text, decoder: json.NewDecoder(bytes.NewReader(text))}
	if err := w.value(reflect.TypeFor[Identity](), ""); err != nil {
		return nil, err
	}
	if _, err := w.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, w.wrong("text after the object")
	}
	i := new(Identity)
	if err := json.Unmarshal(text, i); err != nil {
		return nil, w.fault(err)
	}
	return i, i.Validate()
}

// A walker goes through JSON beside the type that it is decoded into.
type walker struct {
	text    []byte
	decoder *json.Decoder
}

// wrong returns an error with the line of what was read last.
func (w *walker) wrong(format string, args ...any) error {
	return w.at(w.decoder.InputOffset(), format, args...)
}

func (w *walker) at(offset int64, format string, args ...any) error {
	line := 1 + bytes.Count(w.text[:min(int(offset), len(w.text))], []byte("\n"))
	return fmt.Errorf("line %d: %s", line, fmt.Sprintf(format, args...))
}

// fault returns an error of encoding/json in words, with its line.
func (w *walker) fault(err error) error {
	offset := w.decoder.InputOffset()
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return w.at(offset, "%s", jsonerror.Words(err))
}

// value reads a value of a type. It goes no deeper than the type.
func (w *walker) value(t reflect.Type, path string) error {
	token, err := w.decoder.Token()
	if err != nil {
		return w.fault(err)
	}
	delim, ok := token.(json.Delim)
	if !ok {
		if path == "" {
			return w.wrong("expected an object")
		}
		return nil // its type is checked when it is decoded
	}
	name := path
	if name == "" {
		name = "the file"
	}
	switch {
	case delim == '{' && (t.Kind() == reflect.Struct || t.Kind() == reflect.Map):
		return w.object(t, path)
	case delim == '[' && t.Kind() == reflect.Slice:
		for k := 0; w.decoder.More(); k++ {
			if err := w.value(t.Elem(), fmt.Sprintf("%s[%d]", path, k)); err != nil {
				return err
			}
		}
	case delim == '{':
		return w.wrong("%s is an object, expected %s", name, kindOf(t))
	default:
		return w.wrong("%s is a list, expected %s", name, kindOf(t))
	}
	return w.end()
}

// object reads the fields of an object and its end.
func (w *walker) object(t reflect.Type, path string) error {
	seen, fields := make(map[string]bool), fieldsOf(t)
	for w.decoder.More() {
		token, err := w.decoder.Token()
		if err != nil {
			return w.fault(err)
		}
		key, _ := token.(string)
		whole := strings.TrimPrefix(path+"."+key, ".")
		of, ok := fields[key]
		if t.Kind() == reflect.Map {
			of, ok = t.Elem(), true
		}
		switch {
		case !ok:
			return w.wrong("unknown field %q, expected %s", whole, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
		case seen[key]:
			return w.wrong("the field %q is there twice", whole)
		}
		seen[key] = true
		if err := w.value(of, whole); err != nil {
			return err
		}
	}
	return w.end()
}

// end reads the end of an object or list.
func (w *walker) end() error {
	if _, err := w.decoder.Token(); err != nil {
		return w.fault(err)
	}
	return nil
}

// fieldsOf returns the types of the fields of a struct by their names in JSON.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := make(map[string]reflect.Type)
	if t.Kind() == reflect.Struct {
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			fields[name] = f.Type
		}
	}
	return fields
}

// kindOf returns what JSON a type is decoded from.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice:
		return "a list"
	case reflect.Int:
		return "a whole number"
	}
	return "text"
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
