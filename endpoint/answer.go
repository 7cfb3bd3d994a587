package endpoint

import (
	"context"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/metrics"
)

// An Answer is a response with the text of its output.
type Answer struct {
	Response
	// Text is the visible output in the order in which it came: content, refusals,
	// reasoning, and names and arguments of tool calls. It ends after 1 MiB, with
	// Truncated set.
	Text      string
	Truncated bool
}

// mostKept bounds the text of an [Answer]: far more than any model writes within 16,384
// tokens.
const mostKept = 1 << 20

// Answer is [Conn.Stream] for callers that read what the server says. Stamps are as good
// as those of Stream; the client takes more time and memory. With an error the text is
// what came before.
func (c *Conn) Answer(ctx context.Context, session string, body [][]byte, clock *metrics.Clock) (Answer, error) {
	c.kept = new(kept)
	defer func() { c.kept = nil }()
	r, err := c.Stream(ctx, session, body, clock)
	return Answer{Response: r, Text: c.kept.text.String(), Truncated: c.kept.truncated}, err
}

// kept is the text of an answer that is being received.
type kept struct {
	text      strings.Builder
	truncated bool
}

// keep adds the visible output of an event. A nil kept keeps nothing.
func (k *kept) keep(event []byte) {
	if k == nil || k.truncated {
		return
	}
	d := delta{to: k}
	// What is added is copied.
	d.choices(gjson.Get(unsafe.String(unsafe.SliceData(event), len(event)), "choices"))
}

func (k *kept) add(text string) {
	if k == nil {
		return
	}
	room := mostKept - k.text.Len()
	if k.truncated || len(text) > room {
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
