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

// checkJSON returns why data is not JSON in UTF-8, or nil.
//
// It bounds the nesting: gjson's own check recurses, and a line of opening
// brackets would exhaust the stack.
func checkJSON(data []byte) error {
	if err := jsonscan.Valid(data); err != nil {
		// The errors of encoding/json are the ones that people know.
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

// checkDocument is checkJSON with the line number in the error.
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

// parse parses checked JSON without copying it. Neither the result nor parts of
// it may outlive data.
func parse(data []byte) gjson.Result {
	return gjson.Parse(unsafe.String(unsafe.SliceData(data), len(data)))
}

// trimQuotes returns a JSON string without its quotes, its escapes left as they
// are, and nil for any other value.
func trimQuotes(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	return value[1 : len(value)-1]
}

// unquote returns the decoded text of a JSON string, a copy, and "" for any other
// value.
func unquote(value []byte) string {
	text := trimQuotes(value)
	if slices.Contains(text, '\\') {
		return strings.Clone(parse(value).Str)
	}
	return string(text)
}

// isText reports whether a JSON value is a string.
func isText(value []byte) bool { return len(value) >= 2 && value[0] == '"' }

// jsonType returns the type of a JSON value, for messages.
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

// elements returns a value if it is an array, and otherwise one without elements: a
// loop over null, which many tools write for an empty list, is not empty.
func elements(v gjson.Result) gjson.Result {
	if !v.IsArray() {
		return gjson.Result{}
	}
	return v
}

// clip shortens text from a file that is quoted in a message.
func clip(s string) string {
	const most = 60
	if len(s) > most {
		return string(bytes.ToValidUTF8([]byte(s[:most]), nil)) + "..."
	}
	return s
}

// appendQuoted appends text as a JSON string. Unlike strconv.Quote it escapes
// only what JSON requires.
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

// quoted returns text as a JSON string, invalid UTF-8 replaced.
func quoted(text string) string {
	return string(appendQuoted(nil, string(bytes.ToValidUTF8([]byte(text), []byte("\ufffd")))))
}
