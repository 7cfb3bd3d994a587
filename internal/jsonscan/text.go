package jsonscan

import "math"

// Text is JSON to be passed over where every nanosecond counts. Its methods are
// given a place in the text and return the place behind what they passed; white
// space before it is passed too. What they pass is JSON, but they are stricter
// than [Scanner]: names with escapes and values nested more than 64 deep are taken
// for mistakes, to be read by other means. UTF-8 is not looked at.
//
// What is wrong is not said. A mistake is [Mistake], a place beyond all others,
// which the methods hand on, so that a caller need only look at the last place. A
// whole text has been passed if Space of that place is the length of the text.
type Text []byte

// Mistake is the place behind what is not JSON. Half the largest number leaves
// room to count on from it.
const Mistake = math.MaxInt / 2

// The deepest that Text.Skip goes. It calls itself, which a hostile text must not
// make it do without end.
const maxSkip = 64

// Space passes white space. There is hardly ever any, which is why the common
// case is apart: small enough to be inlined.
func (t Text) Space(i int) int {
	if i < len(t) && t[i] > ' ' {
		return i
	}
	return t.space(i)
}

func (t Text) space(i int) int {
	for i < len(t) && (t[i] == ' ' || t[i] == '\n' || t[i] == '\r' || t[i] == '\t') {
		i++
	}
	return i
}

// Is reports whether the value at i begins with c.
func (t Text) Is(i int, c byte) bool {
	i = t.Space(i)
	return i < len(t) && t[i] == c
}

// Open passes the bracket that begins an object or an array. When nothing is in
// it more is false, and the end is passed as well.
func (t Text) Open(i int, bracket byte) (after int, more bool) {
	if i = t.Space(i); i >= len(t) || t[i] != bracket {
		return Mistake, false
	}
	if i = t.Space(i + 1); i < len(t) && t[i] == bracket+2 { // '}' or ']'
		return i + 1, false
	}
	return i, true
}

// More passes what follows an element: a comma, or the bracket that ends the
// object or array that began with the given one.
func (t Text) More(i int, bracket byte) (after int, more bool) {
	if i = t.Space(i); i < len(t) {
		switch t[i] {
		case ',':
			return i + 1, true
		case bracket + 2:
			return i + 1, false
		}
	}
	return Mistake, false
}

// Name passes the name of a field and the colon.
func (t Text) Name(i int) (name []byte, after int) {
	name, i = t.Word(i)
	if i = t.Space(i); i >= len(t) || t[i] != ':' {
		return nil, Mistake
	}
	return name, i + 1
}

// Word passes a string without escapes and returns what is between the quotes.
func (t Text) Word(i int) (word []byte, after int) {
	if i = t.Space(i); i >= len(t) || t[i] != '"' {
		return nil, Mistake
	}
	end := plain(t, i+1)
	if end >= len(t) || t[end] != '"' {
		return nil, Mistake
	}
	return t[i+1 : end], end + 1
}

// Str passes a string and returns its length, as it is written, between the
// quotes.
func (t Text) Str(i int) (length, after int) {
	if i = t.Space(i); i >= len(t) || t[i] != '"' {
		return 0, Mistake
	}
	start := i + 1
	for i = plain(t, start); i+1 < len(t) && t[i] == '\\'; i = plain(t, i) {
		switch c := t[i+1]; {
		case c < 128 && simple[c]:
			i += 2
		case c == 'u' && i+6 <= len(t) && isHex(t[i+2]) && isHex(t[i+3]) && isHex(t[i+4]) && isHex(t[i+5]):
			i += 6
		default:
			return 0, Mistake
		}
	}
	if i >= len(t) || t[i] != '"' {
		return 0, Mistake
	}
	return i - start, i + 1
}

// Literal passes the word, which is true, false or null.
func (t Text) Literal(i int, word string) int {
	if i = t.Space(i); i+len(word) <= len(t) && string(t[i:i+len(word)]) == word {
		return i + len(word)
	}
	return Mistake
}

// Skip passes any value.
func (t Text) Skip(i int) int { return t.skip(i, 0) }

func (t Text) skip(i, depth int) int {
	if i = t.Space(i); i >= len(t) {
		return Mistake
	}
	switch c := t[i]; c {
	case '"':
		_, i = t.Str(i)
		return i
	case 'n':
		return t.Literal(i, "null")
	case 't':
		return t.Literal(i, "true")
	case 'f':
		return t.Literal(i, "false")
	case '{', '[':
		if depth == maxSkip {
			return Mistake
		}
		i, more := t.Open(i, c)
		for more {
			if c == '{' {
				_, i = t.Name(i)
			}
			i, more = t.More(t.skip(i, depth+1), c)
		}
		return i
	}
	return t.number(i)
}
