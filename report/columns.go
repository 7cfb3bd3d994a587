package report

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// columns returns the names of the plain fields of a struct type, at any depth: those in its
// JSON. Fields of a struct within it have its name in front, unless inline has that name.
// Lists and maps have no columns.
func columns(t reflect.Type, prefix string, inline ...string) (names []string) {
	each(t, func(f reflect.StructField, name string, kind reflect.Kind) {
		switch kind {
		case reflect.Struct:
			within := prefix + name + "_"
			for _, n := range inline {
				if n == name {
					within = prefix
				}
			}
			names = append(names, columns(base(f.Type), within, inline...)...)
		case reflect.Slice, reflect.Map:
		default:
			names = append(names, prefix+name)
		}
	})
	return names
}

// cells returns the values of a struct for its columns; all are empty if it is not valid.
func cells(v reflect.Value, t reflect.Type) (texts []string) {
	each(t, func(f reflect.StructField, _ string, kind reflect.Kind) {
		var field reflect.Value
		if v.IsValid() {
			if field = v.FieldByIndex(f.Index); field.Kind() == reflect.Pointer {
				field = field.Elem() // the zero Value for nil
			}
		}
		switch kind {
		case reflect.Struct:
			texts = append(texts, cells(field, base(f.Type))...)
		case reflect.Slice, reflect.Map:
		default:
			texts = append(texts, cellOf(field))
		}
	})
	return texts
}

// each calls do for the fields that are in the JSON, with their names there. Times count as
// plain.
func each(t reflect.Type, do func(f reflect.StructField, name string, kind reflect.Kind)) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			each(f.Type, func(in reflect.StructField, name string, kind reflect.Kind) {
				in.Index = append(slices.Clone(f.Index), in.Index...)
				do(in, name, kind)
			})
			continue
		}
		if name == "-" || name == "" {
			continue
		}
		kind := base(f.Type).Kind()
		if base(f.Type) == reflect.TypeFor[time.Time]() {
			kind = reflect.String
		}
		do(f, name, kind)
	}
}

func base(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// cellOf formats a plain value; nothing if it is not there.
func cellOf(v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.String:
		return csvText(v.String())
	}
	if t, ok := v.Interface().(time.Time); ok {
		return t.Format(time.RFC3339Nano)
	}
	return csvText(fmt.Sprint(v.Interface()))
}

// csvText makes text of others a cell: what a spreadsheet would take for a formula gets an
// apostrophe in front, and control characters are escaped.
func csvText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		s = "'" + s
	}
	return plain.Text(s)
}
