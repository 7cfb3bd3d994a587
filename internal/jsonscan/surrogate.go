package jsonscan

import "bytes"

// LoneSurrogate returns the place, from the given one on, of the first escape in JSON
// text that is half a character: a surrogate without the other of its pair, which text
// in UTF-8 cannot have. It returns -1 if there is none. The text must be valid.
func LoneSurrogate(data []byte, from int) int {
	for i := from; ; {
		n := nextSurrogate(data[i:])
		if n < 0 {
			return -1
		}
		i += n
		if backslashes(data[from:i])%2 == 1 { // a backslash that is escaped itself
			i++
			continue
		}
		if low := data[i+3]|0x20 >= 'c'; !low && isLow(data, i+6) {
			i += 12
			continue
		}
		return i
	}
}

// nextSurrogate returns the place of the next text that looks like the escape of a
// surrogate, -1 if there is none.
func nextSurrogate(data []byte) int {
	for i := 0; ; i += 2 {
		n := bytes.Index(data[i:], []byte(`\u`))
		if n < 0 || i+n+6 > len(data) {
			return -1
		}
		i += n
		if c := data[i+2] | 0x20; c == 'd' && isSurrogateDigit(data[i+3]) {
			return i
		}
	}
}

// isSurrogateDigit reports whether \uD followed by the digit is a surrogate.
func isSurrogateDigit(c byte) bool {
	return c == '8' || c == '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// isLow reports whether the escape of the second half of a character is at i.
func isLow(data []byte, i int) bool {
	if i+6 > len(data) || data[i] != '\\' || data[i+1] != 'u' || data[i+2]|0x20 != 'd' {
		return false
	}
	c := data[i+3] | 0x20
	return c >= 'c' && c <= 'f'
}

// backslashes returns how many backslashes data ends with.
func backslashes(data []byte) (n int) {
	for n < len(data) && data[len(data)-1-n] == '\\' {
		n++
	}
	return n
}
