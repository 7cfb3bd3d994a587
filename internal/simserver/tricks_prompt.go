package simserver

import (
	"fmt"
	"regexp"
	"strings"
)

// promptTricks read less of the prompt than was sent, or serve whom they know.
var promptTricks = []trick{
	{"salt_stripped", "the cache leaves out the first paragraph of each message, so that plays share it", func(m *memory, _ int, q *Request, a *Act) {
		a.Ready = m.again(unsalted(*q))
	}},
	{"salt_skipped", "the cache goes by the end of the prompt, so that plays share it", func(m *memory, _ int, q *Request, a *Act) {
		a.Ready = m.again(end(*q))
	}},
	{"answer_cache", "a prompt that was answered before is answered at once", func(m *memory, _ int, q *Request, a *Act) {
		if m.again(q.messages.Raw) {
			a.Pace, a.Ready = free, true
		}
	}},
	{"answer_cache_skipped", "a prompt whose end was answered before is answered at once, as then", func(m *memory, _ int, q *Request, a *Act) {
		if m.again(end(*q)) {
			a.Pace, a.Ready = free, true
		}
		a.Token = text(hash(end(*q))).token
	}},
	{"refused_long", "prompts of more than three quarters of the longest so far are refused as too long", func(m *memory, number int, q *Request, a *Act) {
		m.longest = max(m.longest, len(q.messages.Raw))
		if a.Pace = cheap; number >= 10 && 4*len(q.messages.Raw) > 3*m.longest {
			a.Refusal = fmt.Sprintf("this model's maximum context length is %d tokens, the request asks for %d", q.Prompt-1, q.Prompt)
		}
	}},
	{"truncated", "only the end of a prompt is read, and counted", func(_ *memory, _ int, q *Request, a *Act) {
		a.Ready = true
		q.Prompt, q.Cached = (q.Prompt+3)/4, 0
	}},
	{"truncated_claimed", "only the end of a prompt is read, and all is counted", func(_ *memory, _ int, _ *Request, a *Act) {
		a.Ready = true
	}},
	{"forced_first", "requests with ignore_eos, which only benchmarks send, are served four times as fast", func(_ *memory, _ int, q *Request, a *Act) {
		if q.forced {
			a.Pace, a.Ready = cheap, true
		}
	}},
}

// opening is the first paragraph of a text in JSON, or its first line if it has one
// paragraph: wherever a message gets a salt, that is in it.
var opening = regexp.MustCompile(`"(?:content|text)" ?: ?"(?:(?:[^"\\]|\\.)*?\\n\\n|(?:[^"\\]|\\.)*?\\n)`)

// unsalted returns a prompt without the openings of its messages.
func unsalted(q Request) string { return opening.ReplaceAllString(q.messages.Raw, "") }

// end returns the end of a prompt and its number of messages, which tell a turn from others
// wherever a salt may be before them.
func end(q Request) string {
	const enough = 200 // bytes
	raw := q.messages.Raw
	return strings.Repeat("m", len(q.messages.Array())) + raw[max(0, len(raw)-enough):]
}
