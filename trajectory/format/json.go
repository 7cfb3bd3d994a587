package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// checkJSON returns what keeps data from being JSON in UTF-8.
//
// It bounds the nesting: gjson's own check recurses, and a line of opening
// brackets would exhaust the stack.
func checkJSON(data []byte) error {
	if err := jsonscan.Valid(data); err != nil {
		// encoding/json says what is wrong in words that people know.
		if known, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(data, new(json.RawMessage))); ok {
			return fmt.Errorf("not JSON: %w at byte %d", known, known.Offset)
		}
		return fmt.Errorf("not JSON: %w", err)
	}
	if !utf8.Valid(data) {
		return errors.New("not UTF-8")
	}
	return nil
}

// checkDocument is checkJSON with the line of the mistake.
func checkDocument(data []byte) error {
	err := checkJSON(data)
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		err = fmt.Errorf("line %d: %w", 1+bytes.Count(data[:min(int(s.Offset), len(data))], []byte("\n")), err)
	}
	return err
}

// trimBOM returns data without the byte order mark that some editors put in
// front.
func trimBOM(data []byte) []byte {
	return bytes.TrimPrefix(data, []byte("\ufeff"))
}

// parse returns checked JSON as it lies there. The result must not outlive data,
// nor may what is kept of it.
func parse(data []byte) gjson.Result {
	return gjson.Parse(unsafe.String(unsafe.SliceData(data), len(data)))
}

// inner returns a JSON string without its quotes, nil for what is none.
func trimQuotes(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	return value[1 : len(value)-1]
}

// unquoted returns what a JSON string says, empty for what is none. It is a copy.
func unquote(value []byte) string {
	text := trimQuotes(value)
	if slices.Contains(text, '\\') {
		return strings.Clone(parse(value).Str)
	}
	return string(text)
}

// isText reports whether a value is a string.
func isText(value []byte) bool { return len(value) >= 2 && value[0] == '"' }

// kind names the type of a JSON value.
func jsonType(value gjson.Result) string {
	switch {
	case value.IsArray():
		return "an array"
	case value.IsObject():
		return "an object"
	case value.Type == gjson.String:
		return "a string"
	case value.Type == gjson.Number:
		return "a number"
	case value.Type == gjson.Null:
		return "null"
	default:
		return "a boolean"
	}
}

// clip shortens what a message quotes from a file.
func clip(s string) string {
	const most = 60
	if len(s) > most {
		return string(bytes.ToValidUTF8([]byte(s[:most]), nil)) + "..."
	}
	return s
}

// appendQuoted appends text as a JSON string.
func appendQuoted(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, text[from:]...)
	return append(dst, '"')
}

// quoted returns text as a JSON string.
func quoted(text string) string {
	return string(appendQuoted(nil, string(bytes.ToValidUTF8([]byte(text), []byte("\ufffd")))))
}
