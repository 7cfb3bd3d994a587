// Package jsonerror says what is wrong with a JSON file in words of the file, not of the
// Go types that it was decoded into.
package jsonerror

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
)

// Words returns an error of encoding/json in words that follow the name of a file, such
// as "it is a list, expected an object" or "items.price is text, expected a number". Other
// errors are returned as they are.
func Words(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := e.Field
		if field == "" {
			field = "it"
		}
		return field + " is " + found(e.Value) + ", expected " + expected(e.Type)
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		if strings.Contains(e.Error(), "unexpected end") {
			return "it ends in the middle of a value"
		}
		return "it is not JSON: " + e.Error()
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends in the middle of a value"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// found returns encoding/json's word for a value in plain words.
func found(value string) string {
	switch value {
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "string":
		return "text"
	case "bool":
		return "true or false"
	case "number":
		return "a number"
	}
	return "the " + value // "the number 1e999"
}

// expected returns what JSON a type is decoded from.
func expected(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[json.Number]() {
		return "a number"
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Struct, reflect.Map, reflect.Interface:
		return "an object"
	}
	return "a whole number that fits"
}
