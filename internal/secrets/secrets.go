// Package secrets finds what looks like a key or a token in recorded text. It
// knows the forms that providers give theirs, so that it misses most passwords and
// finds few things that are none. Text is looked at as it is and without its escapes, so
// that no way to write a character in JSON, nor JSON within JSON, hides a secret.
package secrets

import (
	"bytes"
	"iter"
	"regexp"
	"slices"
)

// A Finder finds secrets: those that have the form of one, and those that it was told of.
// It is safe for concurrent use.
type Finder struct {
	forms    []form
	patterns []*regexp.Regexp
	hints    *hints
	known    []string // the longest first
}

// New returns a Finder that knows some secrets besides the forms. Of known ones of less than
// wordLength it finds only whole words.
func New(known ...string) *Finder {
	f := &Finder{forms: forms(), known: slices.Clone(known)}
	f.hints = newHints(f.forms)
	for _, form := range f.forms {
		f.patterns = append(f.patterns, form.compile())
	}
	slices.SortFunc(f.known, func(a, b string) int { return len(b) - len(a) })
	f.known = slices.DeleteFunc(slices.Compact(f.known), func(s string) bool { return s == "" })
	return f
}

// wordLength is the length from which text that is a known secret is one within a word, too:
// shorter ones are in many words.
const wordLength = 6

// A span is where a secret stands in a text.
type span struct{ from, to int }

// Find returns the kind of the first secret in text, empty for none.
func (f *Finder) Find(text []byte) (kind string) {
	f.each(text, func(k string, _ span) bool {
		kind = k
		return false
	})
	return kind
}

// Redact returns text with a word in place of each secret; text itself when it has
// none. JSON stays JSON.
func (f *Finder) Redact(text []byte) []byte {
	var found []span
	f.each(text, func(_ string, s span) bool {
		found = append(found, s)
		return true
	})
	if len(found) == 0 {
		return text
	}
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	redacted, end := make([]byte, 0, len(text)), 0
	for _, s := range found {
		if s.from >= end {
			redacted = append(append(redacted, text[end:s.from]...), placeholder...)
		}
		end = max(end, s.to)
	}
	return append(redacted, text[end:]...)
}

const placeholder = "[redacted]"

// each calls yield with the secrets in text, and with those that removing its escapes shows,
// one layer after another, until yield returns false.
func (f *Finder) each(text []byte, yield func(kind string, s span) bool) {
	var layers [][]int32 // of each layer, the places of its bytes in the one above
	for {
		plain, at := text, []int32(nil)
		if bytes.IndexByte(text, '\\') >= 0 {
			plain, at = unescape(text)
		}
		for kind, s := range f.plainly(text) {
			s = whole(s, at, len(layers) == 0)
			for _, at := range slices.Backward(layers) {
				s.from, s.to = int(at[s.from]), int(at[s.to])
			}
			if !yield(kind, s) {
				return
			}
		}
		if len(layers) == depth || at == nil {
			return
		}
		text, layers = plain, append(layers, at)
	}
}

// whole extends a span to escapes of which it has a part, such as the n of "\npm_...": half an
// escape is no JSON. at are the places at which escapes and other bytes begin, and the end. At
// its end that is done only in text as it is: in another layer, what a backslash seems to escape
// may be a quote that ends the string it stands in.
func whole(s span, at []int32, asItIs bool) span {
	if at == nil {
		return s
	}
	i, begins := slices.BinarySearch(at, int32(s.from))
	if !begins {
		i--
	}
	s.from = int(at[i])
	if asItIs {
		i, _ = slices.BinarySearch(at, int32(s.to))
		s.to = int(at[i])
	}
	return s
}

// plainly returns the secrets in text as it is.
func (f *Finder) plainly(text []byte) iter.Seq2[string, span] {
	return func(yield func(kind string, s span) bool) {
		hinted := f.hints.in(text)
		for i, form := range f.forms {
			if hinted&(1<<i) == 0 {
				continue
			}
			for _, m := range f.patterns[i].FindAllSubmatchIndex(text, -1) {
				if form.drawn != nil && !form.drawn(text[m[2]:m[3]]) {
					continue
				}
				if !yield(form.kind, span{m[2], m[3]}) {
					return
				}
			}
		}
		for _, secret := range f.known {
			for from := 0; ; {
				i := bytes.Index(text[from:], []byte(secret))
				if i < 0 {
					break
				}
				s := span{from + i, from + i + len(secret)}
				if from = s.to; (len(secret) >= wordLength || apart(text, s)) && !yield("known secret", s) {
					return
				}
			}
		}
	}
}

// apart reports whether what stands before and after is no part of a word.
func apart(text []byte, s span) bool {
	word := func(c byte) bool {
		return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
	}
	return (s.from == 0 || !word(text[s.from-1])) && (s.to == len(text) || !word(text[s.to]))
}
