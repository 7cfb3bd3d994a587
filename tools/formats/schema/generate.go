package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"reflect"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

type object = map[string]any

// A generator makes schemas of Go types, as encoding/json writes them. Structs become
// definitions, under the names that they have in Go.
type generator struct {
	docs docs
	defs object
}

// document makes a schema a whole file.
func (g *generator) document(title string, s object) object {
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = title
	s["$defs"] = g.defs
	return s
}

// of returns the schema of a type.
func (g *generator) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[time.Duration]():
		return object{"type": "integer", "description": "Nanoseconds."}
	case reflect.TypeFor[json.RawMessage]():
		return object{}
	case reflect.TypeFor[pricing.USD]():
		return object{"type": "number", "description": "US dollars."}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nullable(g.of(t.Elem()))
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Slice:
		return nullable(object{"type": "array", "items": g.of(t.Elem())})
	case reflect.Map:
		return nullable(object{"type": "object", "additionalProperties": g.of(t.Elem())})
	case reflect.Struct:
		name := path.Base(t.PkgPath()) + "." + t.Name()
		if g.defs[name] == nil {
			g.defs[name] = object{} // while it is being made
			g.defs[name] = g.structOf(t)
		}
		return object{"$ref": "#/$defs/" + name}
	}
	panic(fmt.Sprintf("schema: %v has no schema", t))
}

// nullable allows null beside what a schema allows.
func nullable(s object) object {
	if name, ok := s["type"].(string); ok {
		s["type"] = []any{name, "null"}
		return s
	}
	return object{"anyOf": []any{s, object{"type": "null"}}}
}

// structOf returns the schema of a struct. Fields that are not omitted are required; others than
// those that are known are allowed, since they may be added.
func (g *generator) structOf(t reflect.Type) object {
	properties, required := object{}, []any{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			within := g.structOf(f.Type)
			maps.Copy(properties, within["properties"].(object))
			required = append(required, within["required"].([]any)...)
			continue
		}
		if name == "" || name == "-" {
			panic(fmt.Sprintf("schema: %v.%s has no name in JSON", t, f.Name))
		}
		s := g.of(f.Type)
		if strings.Contains(options, "string") {
			s = object{"type": "string", "pattern": "^-?[0-9]+$"}
		}
		if text := g.docs.field(t, f.Name); text != "" {
			s["description"] = text
		}
		if properties[name] = s; !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	s := object{"type": "object", "properties": properties, "required": required}
	if text := g.docs.field(t, ""); text != "" {
		s["description"] = text
	}
	return s
}
