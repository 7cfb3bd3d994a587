// Package jsonscan reads JSON text fast: recordings of agent sessions are large,
// and most of what is in them is passed over.
package jsonscan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// MaxDepth bounds the nesting. encoding/json stops at ten times as much; no
// recording comes near either.
const MaxDepth = 1000

// A Scanner reads JSON from front to back and checks it as it goes: what it passes
// is what encoding/json takes, but for the nesting, and UTF-8 is not looked at. It
// looks at each byte once and makes nothing. After a mistake all methods do
// nothing.
type Scanner struct {
	// Data is the text, Pos the place of the next byte.
	Data []byte
	Pos  int
	// Err is the first mistake.
	Err error
	// Spaced is set when there was white space between the parts.
	Spaced bool
	// Surrogates is set when a string had the escape of half a character in it, whether
	// the other half follows or not.
	Surrogates bool
}

// Valid returns what keeps data from being one JSON value.
func Valid(data []byte) error {
	s := Scanner{Data: data}
	s.Skip()
	s.End()
	return s.Err
}

// AppendCompact appends a JSON value without white space between its parts.
func AppendCompact(dst, value []byte) ([]byte, error) {
	s := Scanner{Data: value}
	s.Skip()
	s.End()
	if s.Err != nil {
		return dst, s.Err
	}
	if !s.Spaced {
		return append(dst, value...), nil
	}
	b := bytes.NewBuffer(dst)
	err := json.Compact(b, value)
	return b.Bytes(), err
}

func (s *Scanner) fail(expected string) {
	if s.Err != nil {
		return
	}
	if s.Pos >= len(s.Data) {
		s.Err = errors.New("ends too early")
	} else {
		s.Err = fmt.Errorf("%q at byte %d, expected %s", s.Data[s.Pos], s.Pos, expected)
	}
	s.Pos = len(s.Data)
}

// Next passes white space and returns the byte after it, 0 at the end.
func (s *Scanner) Next() byte {
	for s.Pos < len(s.Data) {
		switch c := s.Data[s.Pos]; c {
		case ' ', '\n', '\t', '\r':
			s.Pos++
			s.Spaced = true
		default:
			return c
		}
	}
	return 0
}

// take passes one byte that must be there.
func (s *Scanner) take(c byte) bool {
	if s.Next() != c {
		s.fail(string([]byte{'"', c, '"'}))
		return false
	}
	s.Pos++
	return true
}

// End makes sure that nothing follows.
func (s *Scanner) End() {
	if s.Next() != 0 || s.Pos < len(s.Data) {
		s.fail("the end")
	}
}

// Str passes a string and returns it with its quotes.
func (s *Scanner) Str() []byte {
	start := s.Pos
	if !s.take('"') {
		return nil
	}
	data, i := s.Data, s.Pos
	for {
		i = plain(data, i)
		if i >= len(data) {
			break
		}
		switch c := data[i]; {
		case c == '"':
			s.Pos = i + 1
			return trimSpace(data[start:s.Pos])
		case c == '\\':
			if i+1 < len(data) && data[i+1] < 128 && simple[data[i+1]] {
				i += 2
			} else if i = s.escape(i + 1); i < 0 {
				return nil
			}
		case c < ' ':
			s.Pos = i
			s.fail("a character of a string")
			return nil
		}
	}
	s.Pos = len(data)
	s.fail("a string")
	return nil
}

// trimSpace removes the white space that may be in front of a value.
func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\n' || b[0] == '\t' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}

// simple are the characters that an escape may have of itself.
var simple = [128]bool{'"': true, '\\': true, '/': true, 'b': true, 'f': true, 'n': true, 'r': true, 't': true}

// escape returns the place after the escape whose backslash is before i, negative
// for a mistake.
func (s *Scanner) escape(i int) int {
	if i < len(s.Data) {
		if s.Data[i] == 'u' {
			n := 0
			for n < 4 && i+1+n < len(s.Data) && isHex(s.Data[i+1+n]) {
				n++
			}
			if n == 4 {
				s.Surrogates = s.Surrogates || s.Data[i+1]|0x20 == 'd' && isSurrogateDigit(s.Data[i+2])
				return i + 5
			}
			i += 1 + n
		}
	}
	s.Pos = i
	s.fail("an escape")
	return -1
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number passes a number. Nearly all are whole.
func (s *Scanner) number() {
	i := s.Pos
	for i < len(s.Data) && isDigit(s.Data[i]) {
		i++
	}
	if i > s.Pos && s.Data[s.Pos] != '0' && (i == len(s.Data) || s.Data[i] == ',' || s.Data[i] == ']' || s.Data[i] == '}') {
		s.Pos = i
		return
	}
	s.otherNumber()
}

func (s *Scanner) otherNumber() {
	at := func() byte {
		if s.Pos < len(s.Data) {
			return s.Data[s.Pos]
		}
		return 0
	}
	digits := func() {
		if !isDigit(at()) {
			s.fail("a digit")
		}
		for isDigit(at()) {
			s.Pos++
		}
	}
	if at() == '-' {
		s.Pos++
	}
	if at() == '0' {
		s.Pos++
	} else {
		digits()
	}
	if at() == '.' {
		s.Pos++
		digits()
	}
	if at() == 'e' || at() == 'E' {
		s.Pos++
		if at() == '+' || at() == '-' {
			s.Pos++
		}
		digits()
	}
}

func (s *Scanner) literal(word string) {
	for i := range len(word) {
		if s.Pos >= len(s.Data) || s.Data[s.Pos] != word[i] {
			s.fail(word)
			return
		}
		s.Pos++
	}
}

// Skip passes any value and returns it.
func (s *Scanner) Skip() []byte {
	s.Next()
	start := s.Pos
	var inArray [MaxDepth/64 + 1]uint64 // a bit for each level
	depth := 0
	for s.Err == nil {
		switch c := s.Next(); {
		case c == '{' || c == '[':
			if depth == MaxDepth {
				s.Err = fmt.Errorf("nested more than %d deep at byte %d", MaxDepth, s.Pos)
				return nil
			}
			s.Pos++
			word, bit := &inArray[depth/64], uint64(1)<<(depth%64)
			*word &^= bit
			if c == '[' {
				*word |= bit
			}
			depth++
			if s.Next() == c+2 { // ']' or '}'
				s.Pos++
				depth--
				break
			}
			if c == '{' {
				s.key()
			}
			continue
		case c == '"':
			s.Str()
		case c == '-' || isDigit(c):
			s.number()
		case c == 't':
			s.literal("true")
		case c == 'f':
			s.literal("false")
		case c == 'n':
			s.literal("null")
		default:
			s.fail("a value")
		}
		// A value has ended; so may those around it.
		for depth > 0 && s.Err == nil {
			array := inArray[(depth-1)/64]&(1<<((depth-1)%64)) != 0
			switch c := s.Next(); {
			case c == ',':
				s.Pos++
				if !array {
					s.key()
				}
			case c == ']' && array, c == '}' && !array:
				s.Pos++
				depth--
				continue
			default:
				s.fail("a comma or the end of the list")
			}
			break
		}
		if depth == 0 {
			break
		}
	}
	if s.Err != nil {
		return nil
	}
	return s.Data[start:s.Pos]
}

// key passes a name and its colon.
func (s *Scanner) key() []byte {
	s.Next()
	k := s.Str()
	s.take(':')
	if len(k) < 2 {
		return nil
	}
	return k[1 : len(k)-1]
}

// Object passes an object and calls field for each of its fields, with the name
// as it is written; field must pass the value.
func (s *Scanner) Object(field func(name []byte)) {
	if !s.take('{') {
		return
	}
	if s.Next() == '}' {
		s.Pos++
		return
	}
	for s.Err == nil {
		name := s.key()
		if s.Err != nil {
			return
		}
		field(name)
		if s.Next() == ',' {
			s.Pos++
			continue
		}
		s.take('}')
		return
	}
}

// Array passes an array and calls element for each of its elements; element must
// pass it.
func (s *Scanner) Array(element func(i int)) {
	if !s.take('[') {
		return
	}
	if s.Next() == ']' {
		s.Pos++
		return
	}
	for i := 0; s.Err == nil; i++ {
		element(i)
		if s.Next() == ',' {
			s.Pos++
			continue
		}
		s.take(']')
		return
	}
}

// Uints passes an array of whole numbers that are not negative and appends them
// to dst.
func (s *Scanner) Uints(dst []uint64) []uint64 {
	if !s.take('[') {
		return dst
	}
	if s.Next() == ']' {
		s.Pos++
		return dst
	}
	data := s.Data
	for {
		s.Next()
		i, v := s.Pos, uint64(0)
		for i < len(data) && isDigit(data[i]) {
			d := uint64(data[i] - '0')
			if v > (1<<64-1-d)/10 {
				s.fail("a number of 64 bits")
				return dst
			}
			v = v*10 + d
			i++
		}
		if i == s.Pos || data[s.Pos] == '0' && i > s.Pos+1 {
			s.fail("a whole number")
			return dst
		}
		s.Pos = i
		dst = append(dst, v)
		if i < len(data) && data[i] == ',' || s.Next() == ',' {
			s.Pos++
			continue
		}
		s.take(']')
		return dst
	}
}
