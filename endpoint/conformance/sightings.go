package conformance

import (
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// thoughts are the places of reasoning in deltas of chat completions, as paths of gjson.
var thoughts = []string{"reasoning_content", "reasoning", "reasoning_text", "thinking", "reasoning_details.#.text", `content.#(type=="thinking")`}

// saw takes from an answer what rules look at in all of them.
func (s *suite) saw(a *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers++
	s.thought += a.timing.Usage.Reasoning
	a.parsed(func(event gjson.Result) {
		eachChoice(event, func(delta gjson.Result) {
			for _, path := range thoughts {
				v := delta.Get(path)
				if v.Type == gjson.String && v.Str != "" || v.IsObject() || v.IsArray() && len(v.Array()) > 0 {
					s.places["delta."+path] = true
				}
			}
		})
		if kind := event.Get("type").String(); event.Get("delta.thinking").String() != "" {
			s.places["thinking_delta"] = true
		} else if strings.Contains(kind, "reasoning") && strings.HasSuffix(kind, ".delta") && event.Get("delta").String() != "" {
			s.places[cut(kind, 60)] = true
		}
	})
	if strings.Contains(a.Text, "<think>") {
		s.places["the tag <think> in the content"] = true
	}
	s.sawCharacters(a)
}

// sawCharacters looks for characters of several bytes, and for pieces of them.
func (s *suite) sawCharacters(a *answer) {
	if strings.ContainsRune(a.Text, utf8.RuneError) || !utf8.Valid(a.text[:whole(a.text)]) {
		s.torn++
		return
	}
	if len(a.Text) > utf8.RuneCountInString(a.Text) {
		s.wide++
	}
	for _, r := range a.reads {
		if r.end < len(a.text) && !utf8.RuneStart(a.text[r.end]) {
			s.split++
			return
		}
	}
}

// whole returns the length of text without the beginning of a character at its end, which
// may have been cut by a limit of ours.
func whole(text []byte) int {
	n := len(text)
	for n > 0 && len(text)-n < utf8.UTFMax && !utf8.Valid(text[max(0, n-utf8.UTFMax):n]) {
		n--
	}
	return n
}
