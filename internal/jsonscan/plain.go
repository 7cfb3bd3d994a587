package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plain passes the characters that stand for themselves in a string: all but
// quotes, backslashes and control characters.
func plain(data []byte, i int) int {
	for i+8 <= len(data) {
		// Eight bytes at a time: is one of them a quote, a backslash, or
		// below a blank? (S. E. Anderson, Bit Twiddling Hacks, "Determine if
		// a word has a byte less than n", "... equal to n".)
		w := binary.LittleEndian.Uint64(data[i:])
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		hit := ((w - ones*' ') & ^w) | ((quote - ones) & ^quote) | ((slash - ones) & ^slash)
		if hit &= highs; hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
		i += 8
	}
	for i < len(data) && data[i] != '"' && data[i] != '\\' && data[i] >= ' ' {
		i++
	}
	return i
}
