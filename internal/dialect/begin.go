package dialect

import (
	"bytes"
	"slices"
)

// BeginBlocks returns the segments of a message in Messages, without what stands between
// messages, with a text in front: joined to its first text where that begins the message, or
// else as a block of its own.
func (f *Form) BeginBlocks(text string) [][]byte {
	quoted := quote([]byte(text))
	if s, ok := f.into(inside(quoted), textOpen); ok {
		return s
	}
	return f.behind(`{"type":"text","text":`, quoted, `}`)
}

// BeginItems is BeginBlocks for Responses: what is in front is an item of the user's where
// the first item does not begin with a text, and joined to a system message.
func (f *Form) BeginItems(text string) [][]byte {
	quoted := quote([]byte(text))
	if f.Role == System {
		return slices.Concat([][]byte{inside(quoted)}, f.Segments)
	}
	if s, ok := f.into(inside(quoted), itemOpen+inputText, assistantOpen+outputText); ok {
		return s
	}
	return f.behind(itemOpen+`{"type":"input_text","text":`, quoted, `}]}`)
}

// into puts a text, as the inside of a JSON string, behind one of the openings.
func (f *Form) into(text []byte, openings ...string) ([][]byte, bool) {
	for _, o := range openings {
		if len(f.Segments) == 0 {
			break
		}
		if first, all := f.First(); bytes.HasPrefix(first, []byte(o)) {
			if rest := first[len(o):]; len(rest) > 0 {
				all = slices.Concat([][]byte{rest}, all)
			}
			return slices.Concat([][]byte{first[:len(o)], text}, all), true
		}
	}
	return nil, false
}

// behind puts a text in a block of its own.
func (f *Form) behind(open string, quoted []byte, end string) [][]byte {
	if len(f.Segments) == 0 {
		return [][]byte{slices.Concat([]byte(open), quoted, []byte(end))}
	}
	first, others := f.First()
	return slices.Concat([][]byte{slices.Concat([]byte(open), quoted, []byte(end+","), first)}, others)
}
