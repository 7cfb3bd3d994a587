package endpoint

import "strings"

// finish is why the answer ended, as its API says it; empty while it goes on.
type finish string

// unexplained is the finish of an answer that the server ends without a reason.
const unexplained finish = "message_stop"

// aborted reports whether the server gave up.
func (f finish) aborted() bool {
	return strings.EqualFold(string(f), "abort") || strings.EqualFold(string(f), "error") || f == "cancelled"
}

// limited reports whether the limit of tokens, or the end of the context window, ended the
// answer.
func (f finish) limited() bool {
	switch f {
	case "length", "max_tokens", "max_output_tokens", "model_context_window_exceeded":
		return true
	}
	return false
}

// finishOf returns a reason without a reference to the event. Some servers write null, or
// their language's word for it, as a string: that is none.
func finishOf(reason string) finish {
	for _, usual := range [...]finish{"stop", "length", "tool_calls", "end_turn", "max_tokens", "tool_use", "completed", "incomplete", "max_output_tokens"} {
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
