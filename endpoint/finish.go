package endpoint

import "strings"

// finish is the finish_reason of the first choice; empty while it goes on.
type finish string

// aborted reports whether the server gave up.
func (f finish) aborted() bool {
	return strings.EqualFold(string(f), "abort") || strings.EqualFold(string(f), "error")
}

// finishes records a finish_reason, without a reference to the event. Some servers
// write null, or their language's word for it, as a string: that is none.
func (d *delta) finishes(reason string) {
	for _, usual := range [...]finish{"stop", "length", "tool_calls"} {
		if reason == string(usual) {
			d.finish, d.step = usual, true
			return
		}
	}
	reason = strings.TrimSpace(reason)
	for _, none := range [...]string{"", "null", "none", "nil"} {
		if strings.EqualFold(reason, none) {
			return
		}
	}
	d.finish, d.step = finish(strings.Clone(reason)), true
}
