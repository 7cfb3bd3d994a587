package secrets

import "bytes"

// hints finds in one pass which forms a text may hold secrets of.
type hints struct {
	starts [1 << 16]bool // by the two bytes that a hint begins with
	all    []hint
}

type hint struct {
	text []byte
	form int
}

func newHints(forms []form) *hints {
	h := new(hints)
	for i, form := range forms {
		for _, text := range form.hints {
			h.starts[pair(text[0], text[1])] = true
			h.all = append(h.all, hint{[]byte(text), i})
		}
	}
	return h
}

func pair(a, b byte) int { return int(a)<<8 | int(b) }

// in returns the set of forms with a hint in text, as bits.
func (h *hints) in(text []byte) (forms uint64) {
	for i := 1; i < len(text); i++ {
		if !h.starts[pair(text[i-1], text[i])] {
			continue
		}
		for _, hint := range h.all {
			if bytes.HasPrefix(text[i-1:], hint.text) {
				forms |= 1 << hint.form
			}
		}
	}
	return forms
}
