package format

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// maxDepth bounds the nesting of a record. encoding/json stops at ten times as
// much; no recording comes near either.
const maxDepth = 1000

// A scanner reads JSON from front to back and checks it as it goes. Recordings
// are large and mostly skipped, so that speed is what it is for: it looks at
// each byte once and makes nothing. After a mistake all methods do nothing.
type scanner struct {
	data []byte
	pos  int
	err  error
}

func (s *scanner) fail(expected string) {
	if s.err != nil {
		return
	}
	if s.pos >= len(s.data) {
		s.err = errors.New("ends too early")
	} else {
		s.err = fmt.Errorf("%q at byte %d, expected %s", s.data[s.pos], s.pos, expected)
	}
	s.pos = len(s.data)
}

// next passes white space and returns the byte after it, 0 at the end.
func (s *scanner) next() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\n', '\t', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// take passes one byte that must be there.
func (s *scanner) take(c byte) bool {
	if s.next() != c {
		s.fail(string([]byte{'"', c, '"'}))
		return false
	}
	s.pos++
	return true
}

// end makes sure that nothing follows.
func (s *scanner) end() {
	if s.next() != 0 || s.pos < len(s.data) {
		s.fail("the end")
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// str passes a string and returns it with its quotes.
func (s *scanner) str() []byte {
	start := s.pos
	if !s.take('"') {
		return nil
	}
	data, i := s.data, s.pos
	for {
		for i+8 <= len(data) {
			// Eight bytes at a time: is one of them a quote, a backslash, or
			// below a blank? (S. E. Anderson, Bit Twiddling Hacks, "Determine if
			// a word has a byte less than n", "... equal to n".)
			w := binary.LittleEndian.Uint64(data[i:])
			quote, slash := w^(ones*'"'), w^(ones*'\\')
			hit := ((w - ones*' ') & ^w) | ((quote - ones) & ^quote) | ((slash - ones) & ^slash)
			if hit &= highs; hit != 0 {
				i += bits.TrailingZeros64(hit) / 8
				break
			}
			i += 8
		}
		if i >= len(data) {
			break
		}
		switch c := data[i]; {
		case c == '"':
			s.pos = i + 1
			return trimSpace(data[start:s.pos])
		case c == '\\':
			if i = s.escape(i + 1); i < 0 {
				return nil
			}
		case c < ' ':
			s.pos = i
			s.fail("a character of a string")
			return nil
		default:
			i++
		}
	}
	s.pos = len(data)
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

// escape returns the place after the escape whose backslash is before i, negative
// for a mistake.
func (s *scanner) escape(i int) int {
	if i < len(s.data) {
		switch s.data[i] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			return i + 1
		case 'u':
			n := 0
			for n < 4 && i+1+n < len(s.data) && isHex(s.data[i+1+n]) {
				n++
			}
			if n == 4 {
				return i + 5
			}
			i += 1 + n
		}
	}
	s.pos = i
	s.fail("an escape")
	return -1
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number passes a number. Nearly all are whole.
func (s *scanner) number() {
	i := s.pos
	for i < len(s.data) && isDigit(s.data[i]) {
		i++
	}
	if i > s.pos && s.data[s.pos] != '0' && (i == len(s.data) || s.data[i] == ',' || s.data[i] == ']' || s.data[i] == '}') {
		s.pos = i
		return
	}
	s.otherNumber()
}

func (s *scanner) otherNumber() {
	at := func() byte {
		if s.pos < len(s.data) {
			return s.data[s.pos]
		}
		return 0
	}
	digits := func() {
		if !isDigit(at()) {
			s.fail("a digit")
		}
		for isDigit(at()) {
			s.pos++
		}
	}
	if at() == '-' {
		s.pos++
	}
	if at() == '0' {
		s.pos++
	} else {
		digits()
	}
	if at() == '.' {
		s.pos++
		digits()
	}
	if at() == 'e' || at() == 'E' {
		s.pos++
		if at() == '+' || at() == '-' {
			s.pos++
		}
		digits()
	}
}

func (s *scanner) literal(word string) {
	for i := range len(word) {
		if s.pos >= len(s.data) || s.data[s.pos] != word[i] {
			s.fail(word)
			return
		}
		s.pos++
	}
}

// skip passes any value and returns it.
func (s *scanner) skip() []byte {
	s.next()
	start := s.pos
	var inArray [maxDepth/64 + 1]uint64 // a bit for each level
	depth := 0
	for s.err == nil {
		switch c := s.next(); {
		case c == '{' || c == '[':
			if depth == maxDepth {
				s.err = fmt.Errorf("nested more than %d deep at byte %d", maxDepth, s.pos)
				return nil
			}
			s.pos++
			word, bit := &inArray[depth/64], uint64(1)<<(depth%64)
			*word &^= bit
			if c == '[' {
				*word |= bit
			}
			depth++
			if s.next() == c+2 { // ']' or '}'
				s.pos++
				depth--
				break
			}
			if c == '{' {
				s.key()
			}
			continue
		case c == '"':
			s.str()
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
		for depth > 0 && s.err == nil {
			array := inArray[(depth-1)/64]&(1<<((depth-1)%64)) != 0
			switch c := s.next(); {
			case c == ',':
				s.pos++
				if !array {
					s.key()
				}
			case c == ']' && array, c == '}' && !array:
				s.pos++
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
	if s.err != nil {
		return nil
	}
	return s.data[start:s.pos]
}

// key passes a name and its colon.
func (s *scanner) key() []byte {
	s.next()
	k := s.str()
	s.take(':')
	if len(k) < 2 {
		return nil
	}
	return k[1 : len(k)-1]
}

// object passes an object and calls field for each of its fields, with the name
// as it is written; field must pass the value.
func (s *scanner) object(field func(name []byte)) {
	if !s.take('{') {
		return
	}
	if s.next() == '}' {
		s.pos++
		return
	}
	for s.err == nil {
		name := s.key()
		if s.err != nil {
			return
		}
		field(name)
		if s.next() == ',' {
			s.pos++
			continue
		}
		s.take('}')
		return
	}
}

// array passes an array and calls element for each of its elements; element must
// pass it.
func (s *scanner) array(element func(i int)) {
	if !s.take('[') {
		return
	}
	if s.next() == ']' {
		s.pos++
		return
	}
	for i := 0; s.err == nil; i++ {
		element(i)
		if s.next() == ',' {
			s.pos++
			continue
		}
		s.take(']')
		return
	}
}

// uints passes an array of whole numbers that are not negative and appends them
// to dst.
func (s *scanner) uints(dst []uint64) []uint64 {
	if !s.take('[') {
		return dst
	}
	if s.next() == ']' {
		s.pos++
		return dst
	}
	data := s.data
	for {
		s.next()
		i, v := s.pos, uint64(0)
		for i < len(data) && isDigit(data[i]) {
			d := uint64(data[i] - '0')
			if v > (1<<64-1-d)/10 {
				s.fail("a number of 64 bits")
				return dst
			}
			v = v*10 + d
			i++
		}
		if i == s.pos || data[s.pos] == '0' && i > s.pos+1 {
			s.fail("a whole number")
			return dst
		}
		s.pos = i
		dst = append(dst, v)
		if i < len(data) && data[i] == ',' || s.next() == ',' {
			s.pos++
			continue
		}
		s.take(']')
		return dst
	}
}
