package endpoint

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// shape writes events that are JSON, or nearly, of the names that matter, at
// their place and elsewhere, once and several times, with values of all types.
// Mutated bytes hardly ever get there.
type shape struct {
	*rand.Rand
	strings.Builder
}

var (
	shapeNames = strings.Fields("choices usage error object index delta finish_reason content refusal reasoning reasoning_content tool_calls function_call " +
		"function name arguments text message prompt_tokens completion_tokens prompt_tokens_details cached_tokens prompt_cache_hit_tokens completion_tokens_details reasoning_tokens total_tokens " +
		"role reasoning_details thinking thoughts custom " +
		`id \u0063ontent conten\u0074 ch\u006fices \n`)
	shapeNumbers = strings.Fields("null 0 0 0 1 2 17 123456789")
	shapeTexts   = strings.Fields(`null "" "a" "bcdefghijklmno" "stop" "null" "None" "\"\\\n\u00e9" "\u200b" "\udb40\udc20" "\u003cthink>" "<|a|>" "<" "\u20" "é"`)
	shapeOdds    = strings.Fields(`true false -0 -1 0.0 1e0 1e400 1e-400 7.5 1234567890 01 "error" "e\u0072ror" "\x" nul [] {}`)
	// The names that are usual inside each of these, and the type of its value.
	shapeInside = map[string]struct{ brackets, names string }{
		"choices": {"[{", "index delta finish_reason id"}, "delta": {"{", "content content refusal reasoning reasoning_content tool_calls function_call id role reasoning_details thoughts"},
		"tool_calls": {"[{", "function id index custom"}, "function": {"{", "name arguments id"}, "function_call": {"{", "name arguments id"}, "content": {"[{", "text id thinking"}, "reasoning_details": {"[{", "text id type"},
		"thinking": {"[{", "text id"}, "thoughts": {"{", "text id"}, "custom": {"{", "name arguments id"},
		"usage":                 {"{", "prompt_tokens completion_tokens total_tokens prompt_tokens_details prompt_cache_hit_tokens completion_tokens_details id"},
		"prompt_tokens_details": {"{", "cached_tokens id"}, "completion_tokens_details": {"{", "reasoning_tokens id"}, "error": {"{", "message error id"},
	}
)

func (s *shape) one(of []string) string { return of[s.IntN(len(of))] }

func (s *shape) space() {
	if s.IntN(100) == 0 {
		s.WriteString(s.one([]string{" ", "\n\t", "\r", "\x00"}))
	}
}

// list writes an object or array; its elements are of brackets[1:].
func (s *shape) list(brackets, names string, depth int) {
	s.WriteByte(brackets[0])
	for i := range (1 + s.IntN(12)) / 3 {
		if i > 0 {
			s.WriteByte(',')
		}
		s.space()
		name := ""
		if brackets[0] == '{' {
			name = s.one(strings.Fields(names))
			if s.IntN(30) == 0 {
				name = s.one(shapeNames)
			}
			s.WriteString(`"` + name + `"`)
			s.space()
			s.WriteByte(':')
			s.space()
		}
		if len(brackets) > 1 && s.IntN(30) > 0 {
			s.list(brackets[1:], names, depth+1)
		} else {
			s.value(name, depth+1)
		}
		s.space()
	}
	s.WriteByte(brackets[0] + 2)
}

func (s *shape) value(name string, depth int) {
	inside, usual := shapeInside[name]
	switch {
	case s.IntN(40) == 0:
		s.WriteString(s.one(shapeOdds))
	case depth > 8 || s.IntN(20) == 0 || !usual && s.IntN(20) > 0 || name == "content" && s.IntN(10) > 0 || name == "error":
		if strings.HasSuffix(name, "tokens") || name == "index" {
			s.WriteString(s.one(shapeNumbers))
		} else {
			s.WriteString(s.one(shapeTexts))
		}
	case usual:
		s.list(inside.brackets, inside.names, depth)
	default:
		s.list(s.one([]string{"{", "[", "[{", "[["}), strings.Join(shapeNames, " "), depth)
	}
}

func (s *shape) event() []byte {
	s.space()
	s.list("{", "choices choices choices usage error object id", 0)
	s.space()
	return []byte(s.String())
}

// FuzzScanShapes is FuzzScanDelta with events that are likely to be JSON.
func FuzzScanShapes(f *testing.F) {
	for seed := range uint64(500) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		s := shape{Rand: rand.New(rand.NewPCG(seed, 0))}
		data := s.event()
		want, err := parseAnyDelta(data, nil)
		if got, ok := scanDelta(data); ok && (err != nil || got != want) {
			t.Errorf("%q: %+v, want %+v, %v", data, got, want, err)
		}
	})
}
