package endpoint

import (
	"strings"
	"unicode/utf8"
)

// mostKept bounds the text of an [Answer]: far more than any model writes within 16,384
// tokens.
const mostKept = 1 << 20

// kept is the text of an answer that is being received.
type kept struct {
	text      strings.Builder
	truncated bool
}

// add adds output. A nil kept keeps nothing.
func (k *kept) add(text string) {
	if k == nil || k.truncated {
		return
	}
	if room := mostKept - k.text.Len(); len(text) > room {
		k.truncated = true
		text = text[:min(room, len(text))]
		for n := len(text); n > 0 && n > len(text)-utf8.UTFMax; n-- { // not in the middle of a character
			if utf8.ValidString(text[:n]) {
				text = text[:n]
				break
			}
		}
	}
	k.text.WriteString(text)
}
