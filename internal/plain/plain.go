// Package plain makes text of others fit to be shown: of recordings, reports, price files and
// servers. Control characters, which terminals obey, and characters that are invisible or turn
// the order of others around are shown as escapes. It counts the columns that text takes there,
// and aligns tables by them.
package plain

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns s as a part of one line. Characters that are not shown as they are become the
// escapes of JSON; what is no UTF-8 becomes U+FFFD. Text that needs neither is returned as it
// is.
func Text(s string) string { return clean(s, "") }

// Lines is Text, but for tabs and the ends of lines, which stay.
func Lines(s string) string { return clean(s, "\n\t") }

// Visible reports whether r is shown as it is. Spaces are.
func Visible(r rune) bool {
	switch r {
	case utf8.RuneError, '\u115f', '\u1160', '\u3164', '\uffa0': // fillers, which are letters to Unicode
		return r == utf8.RuneError
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Zl, unicode.Zp)
}

func clean(s, keep string) string {
	bad := func(r rune) bool { return !Visible(r) && !strings.ContainsRune(keep, r) }
	at := strings.IndexFunc(s, bad)
	if at < 0 {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	var b strings.Builder
	b.WriteString(strings.ToValidUTF8(s[:at], "\ufffd"))
	for _, r := range s[at:] { // of what is no UTF-8, U+FFFD
		switch {
		case !bad(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// A Writer writes what is written to it with [Lines], so that nothing in it is obeyed by a
// terminal. JSON stays the same JSON. It is not safe for concurrent use.
type Writer struct {
	w    io.Writer
	part []byte // of a character that is not whole yet
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write writes p. The part of a character at its end waits for the rest.
func (w *Writer) Write(p []byte) (int, error) {
	text := append(w.part, p...)
	end := len(text)
	for i := 1; i < utf8.UTFMax && i <= len(text); i++ {
		if c := text[len(text)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(text[len(text)-i:]) {
				end = len(text) - i
			}
			break
		}
	}
	w.part = append([]byte(nil), text[end:]...)
	if _, err := io.WriteString(w.w, Lines(string(text[:end]))); err != nil {
		return 0, err
	}
	return len(p), nil
}
