package endpoint

import "strings"

// Advice returns what to change so that requests do not fail in this way; empty when
// nothing is known to help.
func (e *Error) Advice() string {
	// llama-server parses what the model writes when a request has tools, and fails on
	// what a small or forced model makes of them: in 16 to 60 % of requests.
	parser := strings.Contains(e.Message, "does not match the expected") && strings.Contains(e.Message, "format") ||
		strings.Contains(e.Message, "Failed to parse input at pos")
	if parser {
		return "the server's parser of tool calls does not understand its own model; the body field tool_choice=none, or tools=[], avoids it"
	}
	return ""
}
