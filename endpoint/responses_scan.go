package endpoint

import "github.com/agentperf/agentperf-go/internal/jsonscan"

// scanResponseEvent reads and checks an event in one pass. ok is false for an event that is
// not JSON, for all but the usual deltas, and for deltas of an unusual shape. Otherwise the
// delta is the one that anyResponseEvent returns (FuzzReader compares them), of output of
// this sort, and at is where its text begins.
func scanResponseEvent(data []byte, d *delta) (at int, s sort, ok bool) {
	t := jsonscan.Text(data)
	var kind []byte
	i, more := t.Open(0, '{')
	for more {
		var name []byte
		name, i = t.Name(i)
		switch string(name) {
		case "type":
			kind, i = t.Word(i)
		case "delta":
			d.visible, d.blank, i = scanText(t, i)
			at = i - 1 - d.visible
		case "error":
			i = t.Literal(i, "null")
		default:
			i = t.Skip(i)
		}
		i, more = t.More(i, '{')
	}
	if t.Space(i) != len(t) {
		return 0, 0, false
	}
	switch string(kind) {
	case "response.output_text.delta", "response.refusal.delta":
	case "response.reasoning_text.delta", "response.reasoning_summary_text.delta":
		s, d.reasoning = thought, d.visible > 0
	case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
		s = argument
	default:
		return 0, 0, false
	}
	d.step = true
	return at, s, true
}
