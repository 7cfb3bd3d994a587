package format

import (
	"strings"

	"github.com/tidwall/gjson"
)

// otlpAttributes returns the values of attributes by key, as plain JSON.
func otlpAttributes(list gjson.Result) map[string]gjson.Result {
	attrs := make(map[string]gjson.Result)
	elements(list).ForEach(func(_, a gjson.Result) bool {
		attrs[a.Get("key").Str] = otlpValue(a.Get("value"))
		return true
	})
	return attrs
}

// otlpValue returns a value in OTLP's encoding, an object whose key is the type, as
// plain JSON.
func otlpValue(v gjson.Result) (plain gjson.Result) {
	v.ForEach(func(kind, inside gjson.Result) bool {
		plain = inside
		if kind.Str == "arrayValue" || kind.Str == "kvlistValue" {
			plain = gjson.ParseBytes(appendOTLP(nil, v))
		}
		return false
	})
	return plain
}

// appendOTLP appends a value in OTLP's encoding as plain JSON. Depth is bounded, since
// the line was checked.
func appendOTLP(dst []byte, v gjson.Result) []byte {
	n := len(dst)
	v.ForEach(func(kind, inside gjson.Result) bool {
		switch kind.Str {
		case "arrayValue":
			dst = append(dst, '[')
			elements(inside.Get("values")).ForEach(func(i, element gjson.Result) bool {
				if len(dst) > n+1 {
					dst = append(dst, ',')
				}
				dst = appendOTLP(dst, element)
				return true
			})
			dst = append(dst, ']')
		case "kvlistValue":
			dst = append(dst, '{')
			elements(inside.Get("values")).ForEach(func(_, pair gjson.Result) bool {
				if len(dst) > n+1 {
					dst = append(dst, ',')
				}
				dst = append(append(dst, rawString(pair.Get("key"))...), ':')
				dst = appendOTLP(dst, pair.Get("value"))
				return true
			})
			dst = append(dst, '}')
		case "intValue":
			dst = append(dst, number(inside)...)
		default:
			dst = append(dst, inside.Raw...)
		}
		return false
	})
	if len(dst) == n {
		dst = append(dst, "null"...)
	}
	return dst
}

// number returns a whole number, which OTLP has in a string, as JSON.
func number(v gjson.Result) string {
	if digits := strings.TrimPrefix(v.Str, "-"); v.Type == gjson.String && digits != "" &&
		strings.Trim(digits, "0123456789") == "" && (digits == "0" || digits[0] != '0') {
		return v.Str
	}
	return v.Raw
}

// structured returns a JSON value that may be wrapped in strings: the whole of it, or
// each element of a list.
func structured(v gjson.Result) gjson.Result {
	if inside, ok := unwrapped(v); ok {
		v = inside
	}
	if !v.IsArray() || !v.Get("0").Exists() || v.Get("0").Type != gjson.String {
		return v
	}
	b := []byte{'['}
	v.ForEach(func(_, element gjson.Result) bool {
		if len(b) > 1 {
			b = append(b, ',')
		}
		if inside, ok := unwrapped(element); ok {
			element = inside
		}
		b = append(b, element.Raw...)
		return true
	})
	return gjson.ParseBytes(append(b, ']'))
}

// unwrapped returns the JSON object or array in a string.
func unwrapped(v gjson.Result) (inside gjson.Result, ok bool) {
	text := strings.TrimSpace(v.Str)
	if v.Type != gjson.String || text == "" || text[0] != '{' && text[0] != '[' || checkJSON([]byte(text)) != nil {
		return v, false
	}
	return gjson.Parse(text), true
}
