package secrets

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// depth is how many layers of escapes are looked through: text in JSON (one), that was an
// argument of a tool (two) and is quoted in the output of another (three), once more.
const depth = 4

// unescape returns text without one layer of JSON's escapes, whatever they stand in, and
// for each of its bytes and its end the place in text. What is no escape stays.
func unescape(text []byte) (plain []byte, at []int32) {
	plain, at = make([]byte, 0, len(text)), make([]int32, 0, len(text)+1)
	for i := 0; i < len(text); {
		next := bytes.IndexByte(text[i:], '\\')
		if next < 0 {
			next = len(text) - i
		}
		for ; next > 0; next-- {
			plain, at = append(plain, text[i]), append(at, int32(i))
			i++
		}
		if i == len(text) {
			break
		}
		var buffer [utf8.UTFMax]byte
		character, size := escape(buffer[:0], text[i:])
		for range character {
			at = append(at, int32(i))
		}
		plain = append(plain, character...)
		i += size
	}
	return plain, append(at, int32(len(text)))
}

// escape returns what the escape at the beginning of text stands for and how long it is.
func escape(dst, text []byte) (character []byte, size int) {
	if len(text) < 2 {
		return append(dst, text...), len(text)
	}
	switch c := text[1]; c {
	case 'n':
		return append(dst, '\n'), 2
	case 'r':
		return append(dst, '\r'), 2
	case 't':
		return append(dst, '\t'), 2
	case 'b', 'f':
		return append(dst, ' '), 2
	case '/', '\\', '"', '\'':
		return append(dst, c), 2
	case 'u':
		r, ok := unit(text)
		if !ok {
			break
		}
		if low, ok := unit(text[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return utf8.AppendRune(dst, pair), 12
			}
		}
		return utf8.AppendRune(dst, r), 6
	}
	return append(dst, '\\'), 1
}

// unit returns the code unit of the \u escape at the beginning of text.
func unit(text []byte) (r rune, ok bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(n), err == nil
}
