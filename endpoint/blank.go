package endpoint

import (
	"unicode/utf16"
	"unicode/utf8"
)

// blank reports whether the text of a string, as it is encoded in JSON, shows a reader
// nothing: white space, characters without a glyph, and tags that only mark where
// reasoning or a message begins or ends. The first visible character ends the look, which
// is nearly always the first or the second byte.
func blank[T ~string | ~[]byte](text T) bool {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ':
			i++
		case c == '\\', c == '<', c == '[', c >= utf8.RuneSelf:
			after := skipBlank(text, i)
			if after < 0 {
				return false
			}
			i = after
		default:
			return false
		}
	}
	return true
}

// blankBytes returns how many bytes of a text show nothing: all of a blank one, and of
// another the spaces that it ends in, but for one.
func blankBytes[T ~string | ~[]byte](text T) (n int) {
	if blank(text) {
		return len(text)
	}
	for n < len(text) && text[len(text)-1-n] == ' ' {
		n++
	}
	return max(0, n-1)
}

// skipBlank passes one invisible character or one tag; -1 if there is neither at i.
func skipBlank[T ~string | ~[]byte](text T, i int) int {
	r, after := decodeRune(text, i)
	switch {
	case r == '<' || r == '[' || r == '◁':
		return skipTag(text, r, after)
	case invisible(r):
		return after
	}
	return -1
}

// decodeRune returns the character at i of an encoded string and the place after it, which
// is beyond i in any case.
func decodeRune[T ~string | ~[]byte](text T, i int) (r rune, after int) {
	switch c := text[i]; {
	case c == '\\':
		return decodeEscape(text, i)
	case c < utf8.RuneSelf:
		return rune(c), i + 1
	}
	var b [utf8.UTFMax]byte
	r, n := utf8.DecodeRune(b[:copy(b[:], text[i:])])
	return r, i + n
}

func decodeEscape[T ~string | ~[]byte](text T, i int) (r rune, after int) {
	if i+1 >= len(text) {
		return utf8.RuneError, i + 1
	}
	switch text[i+1] {
	case 'n', 't', 'r', 'b', 'f':
		return ' ', i + 2
	case 'u':
	default:
		return rune(text[i+1]), i + 2
	}
	r, ok := hex4(text, i+2)
	if !ok {
		return utf8.RuneError, i + 2
	}
	after = i + 6
	if utf16.IsSurrogate(r) && after+1 < len(text) && text[after] == '\\' && text[after+1] == 'u' {
		if low, ok := hex4(text, after+2); ok {
			return utf16.DecodeRune(r, low), after + 6
		}
	}
	return r, after
}

func hex4[T ~string | ~[]byte](text T, i int) (r rune, ok bool) {
	if i+4 > len(text) {
		return 0, false
	}
	for _, c := range [4]byte{text[i], text[i+1], text[i+2], text[i+3]} {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// invisible reports whether a character leaves no mark: controls, spaces, and what Unicode
// lists as Default_Ignorable_Code_Point, such as zero-width spaces, joiners and marks of
// direction, fillers and variation selectors. Interlinear annotations and the blank of
// braille are added to these.
func invisible(r rune) bool {
	switch {
	case r <= ' ', 0x7f <= r && r <= 0xa0, r == 0xad:
		return true
	case r < 0x34f:
		return false
	case r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x1680, r == 0x17b4, r == 0x17b5, 0x180b <= r && r <= 0x180f:
		return true
	case r < 0x2000:
		return false
	case r <= 0x200f, 0x2028 <= r && r <= 0x202f, 0x205f <= r && r <= 0x206f, r == 0x2800, r == 0x3000, r == 0x3164:
		return true
	case r < 0xfe00:
		return false
	case r <= 0xfe0f, r == 0xfeff, r == 0xffa0, 0xfff0 <= r && r <= 0xfffb:
		return true
	}
	return 0x1bca0 <= r && r <= 0x1bca3 || 0x1d173 <= r && r <= 0x1d17a || 0xe0000 <= r && r <= 0xe0fff
}

// longestTag bounds the name of a tag; the longest in use has 20 bytes.
const longestTag = 32

// skipTag passes a tag whose opening character was passed; -1 if there is none. A tag marks
// the beginning or the end of reasoning (<think>, </think>, [THINK], ◁think▷), or is a
// special token (<|channel|>, with the word that it may be followed by), which servers
// without a parser for reasoning leave in the text.
func skipTag[T ~string | ~[]byte](text T, opened rune, i int) int {
	closed := '▷'
	switch opened {
	case '<':
		closed = '>'
	case '[':
		closed = ']'
	}
	var name [longestTag]byte
	n, special := 0, false
	for i < len(text) {
		var r rune
		r, i = decodeRune(text, i)
		switch {
		case r == closed && special:
			return skipChannel(text, i)
		case r == closed:
			if !marksReasoning(string(name[:n])) {
				return -1
			}
			return i
		case r == '/' && n == 0:
		case r == '|' && opened == '<':
			special = true
		case r <= ' ' || r >= utf8.RuneSelf || n == longestTag:
			return -1
		default:
			if 'A' <= r && r <= 'Z' {
				r |= 0x20
			}
			name[n] = byte(r)
			n++
		}
	}
	return -1
}

// marksReasoning reports whether tags of this name, in lower case, enclose reasoning.
func marksReasoning(name string) bool {
	switch name {
	case "think", "thinking", "thought", "thoughts", "reasoning", "reason", "reflection", "scratchpad", "analysis",
		"seed:think", "antthinking", "mm:think", "response", "answer":
		return true
	}
	return false
}

// skipChannel passes the word that says what follows a special token, if there is one.
func skipChannel[T ~string | ~[]byte](text T, i int) int {
	for _, word := range [...]string{"assistant", "analysis", "commentary", "final"} {
		if len(text)-i >= len(word) && string(text[i:i+len(word)]) == word {
			return i + len(word)
		}
	}
	return i
}
