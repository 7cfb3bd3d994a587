package endpoint

import "github.com/agentperf/agentperf-go/internal/jsonscan"

// scanMessage reads and checks an event in one pass. ok is false for an event that is not
// JSON, for those that come once or twice in an answer, and for deltas of an unusual shape.
// Otherwise the delta is the one that parseAnyMessage returns (FuzzReader compares them), and
// at is where its text begins.
func scanMessage(data []byte, d *delta) (at int, ok bool) {
	t := jsonscan.Text(data)
	var kind []byte
	var output blockText
	var used tokens
	i, more := t.Open(0, '{')
	for more {
		var name []byte
		name, i = t.Name(i)
		switch string(name) {
		case "type":
			kind, i = t.Word(i)
		case "delta":
			output = blockText{}
			i = output.scan(t, i)
		case "usage":
			i = used.scan(t, i)
		case "error":
			i = t.Literal(i, "null")
		default:
			i = t.Skip(i)
		}
		i, more = t.More(i, '{')
	}
	if t.Space(i) != len(t) {
		return 0, false
	}
	switch string(kind) {
	case "content_block_delta":
		d.visible, d.blank, d.reasoning, d.step = output.visible, output.blank, output.reasoning, output.step
		d.tokens(used)
	case "content_block_stop":
	case "ping":
		d.ping = true
	default:
		return 0, false
	}
	return output.at, true
}

// blockText is what the delta of a content block contains. If a name comes twice, both
// count.
type blockText struct {
	visible, blank  int
	reasoning, step bool
	at              int // where the last text begins
}

func (b *blockText) scan(t jsonscan.Text, i int) int {
	b.step = t.Is(i, '{')
	i, more := openOrNull(t, i, '{')
	for more {
		var name []byte
		var n, blank int
		name, i = t.Name(i)
		switch string(name) {
		case "type":
			var kind []byte
			kind, i = t.Word(i)
			b.step = string(kind) != "signature_delta" && string(kind) != "citations_delta"
		case "text", "partial_json":
			n, blank, i = scanText(t, i)
		case "thinking":
			n, blank, i = scanText(t, i)
			b.reasoning = b.reasoning || n > 0
		default:
			i = skipOther(t, name, i)
		}
		if n > 0 {
			if b.at = i - 1 - n; b.visible > 0 {
				b.at = 0 // there are several
			}
			b.visible += n
			b.blank += blank
		}
		i, more = t.More(i, '{')
	}
	return i
}
