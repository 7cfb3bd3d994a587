package endpoint

import "strings"

// A sort is a sort of output in [APIResponses].
type sort uint8

const (
	content sort = iota
	thought
	argument // of a tool
	toolName // shows nothing by itself
	sorts
)

// String returns the name under which chat completions have such output.
func (s sort) String() string { return [...]string{"content", "reasoning", "arguments", "name"}[s] }

// sortOf returns what the deltas of an event's type are.
func sortOf(kind string) sort {
	switch {
	case strings.Contains(kind, "reasoning"):
		return thought
	case strings.Contains(kind, "arguments"), strings.Contains(kind, "_call"):
		return argument
	}
	return content
}

// usualDelta reports whether deltas of this type are known to be output: whatever else ends
// in .delta counts as output too, but its type is named.
func usualDelta(kind string) bool {
	switch strings.TrimSuffix(strings.TrimPrefix(kind, "response."), ".delta") {
	case "output_text", "refusal", "reasoning", "reasoning_text", "reasoning_summary", "reasoning_summary_text",
		"function_call_arguments", "custom_tool_call_input", "mcp_call.arguments", "mcp_call_arguments", "code_interpreter_call_code", "code_interpreter_call.code",
		"audio.transcript", "audio_transcript", "output_audio_transcript":
		return true
	}
	return false
}

// A place is where the events of an answer say again what its deltas have said.
type place uint8

const (
	nowhere    place = iota // for the first time
	inText                  // output_text.done and the like
	inPart                  // content_part.done
	inItem                  // output_item.done
	inResponse              // response.completed
	places
)

// told accounts for output, since the events of an answer say it up to five times: by
// deltas, and then as a whole for each text, part, item and the response. Some servers send
// no deltas of some of it, or none at all. Then the first of the others is the output,
// which has arrived at once. What was said in all is counted for each place, since servers
// name neither items nor parts in a way that could be relied on.
type told struct {
	shown [sorts]int         // bytes that counted as output
	again [places][sorts]int // bytes that each place has said
}

// retold returns how many of n bytes at a place are new. Fewer than half are a difference in
// how a text was encoded or trimmed.
func (t *told) retold(at place, s sort, n int) (fresh int) {
	if at == nowhere {
		fresh = n
	} else {
		t.again[at][s] += n
		over := t.again[at][s] - t.shown[s]
		if fresh = min(over, n); 2*fresh <= n {
			return 0
		}
	}
	t.shown[s] += fresh
	return fresh
}
