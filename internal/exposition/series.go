package exposition

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// nameEnd returns where the name in front of labels ends; 0 if it stands among them, quoted.
func nameEnd(line []byte) int {
	for i, c := range line {
		if c == '{' || c == ' ' || c == '\t' {
			return i
		}
	}
	return len(line)
}

// seriesEnd returns where name and labels end and the value begins; -1 if they do not end.
func seriesEnd(line []byte) int {
	i := nameEnd(line)
	open := i
	for open < len(line) && (line[open] == ' ' || line[open] == '\t') {
		open++
	}
	if open == len(line) || line[open] != '{' {
		return i
	}
	quoted := false
	for i = open + 1; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == '}' && !quoted:
			return i + 1
		}
	}
	return -1
}

// parseSeries parses a name and its labels.
func parseSeries(text []byte) (name string, labels []Label, ok bool) {
	if !utf8.Valid(text) {
		return "", nil, false
	}
	i := nameEnd(text)
	name = string(text[:i])
	if name != "" && !validName(name, true) {
		return "", nil, false
	}
	rest := trimLeft(text[i:])
	if len(rest) == 0 {
		return name, nil, name != ""
	}
	rest = trimLeft(rest[1:])
	for rest[0] != '}' {
		var key, value string
		quoted := rest[0] == '"'
		if quoted {
			if key, rest, ok = quotedText(rest); !ok {
				return "", nil, false
			}
		} else {
			n := 0
			for n < len(rest) && validChar(rest[n], n == 0, false) {
				n++
			}
			key, rest = string(rest[:n]), rest[n:]
		}
		rest = trimLeft(rest)
		switch {
		case key == "":
			return "", nil, false
		case rest[0] == '=':
			if rest = trimLeft(rest[1:]); rest[0] != '"' {
				return "", nil, false
			}
			if value, rest, ok = quotedText(rest); !ok {
				return "", nil, false
			}
			labels = append(labels, Label{key, value})
			if key == "__name__" || len(labels) > maxLabels {
				return "", nil, false
			}
		case quoted && name == "" && len(labels) == 0:
			name = key // {"any name", label="value"}
		default:
			return "", nil, false
		}
		rest = trimLeft(rest)
		if rest[0] == ',' {
			rest = trimLeft(rest[1:])
		} else if rest[0] != '}' {
			return "", nil, false
		}
	}
	slices.SortFunc(labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	for i := range len(labels) - 1 {
		if labels[i].Name == labels[i+1].Name {
			return "", nil, false
		}
	}
	return name, labels, name != ""
}

// quotedText parses text in quotes, with the three escapes of the format. Text ends with an
// unquoted brace, so that rest is never empty.
func quotedText(text []byte) (value string, rest []byte, ok bool) {
	var b []byte
	for i := 1; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			return string(b), text[i+1:], i+1 < len(text)
		case '\\':
			i++
			if i == len(text) {
				return "", nil, false
			}
			switch text[i] {
			case 'n':
				b = append(b, '\n')
			case '\\', '"':
				b = append(b, text[i])
			default:
				return "", nil, false
			}
		default:
			b = append(b, c)
		}
	}
	return "", nil, false
}

func validName(name string, colons bool) bool {
	for i := range len(name) {
		if !validChar(name[i], i == 0, colons) {
			return false
		}
	}
	return true
}

func validChar(c byte, first, colons bool) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' && colons || c >= '0' && c <= '9' && !first
}
