package endpoint

import "strings"

// finish is the finish_reason of the first choice; empty while it goes on.
type finish string

// aborted reports whether the server gave up.
func (f finish) aborted() bool {
	return strings.EqualFold(string(f), "abort") || strings.EqualFold(string(f), "error")
}

// finishOf returns a reason without a reference to the event. Some servers write null, or
// their language's word for it, as a string: that is none.
func finishOf(reason string) finish {
	for _, usual := range [...]finish{"stop", "length", "tool_calls"} {
		if reason == string(usual) {
			return usual
		}
	}
	reason = strings.TrimSpace(reason)
	for _, none := range [...]string{"", "null", "none", "nil"} {
		if strings.EqualFold(reason, none) {
			return ""
		}
	}
	return finish(strings.Clone(reason))
}
