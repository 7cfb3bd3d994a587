package conformance

import (
	"bytes"
	"context"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/endpoint"
)

func order(_ context.Context, s *suite) seen {
	look := map[endpoint.API]func(*wire) (problem, odd string){
		endpoint.APIMessages: messagesOrder, endpoint.APIResponses: responsesOrder,
	}[s.api]
	if look == nil {
		return skipped("chunks of chat completions are all alike")
	}
	odd := ""
	for _, a := range s.both() {
		if a.bytes > len(a.text) {
			return skipped("an answer of %d bytes is not kept as a whole", a.bytes)
		}
		problem, text := look(a.wire)
		if problem != "" {
			return failed("%s", problem)
		}
		if !bytes.Contains(a.text, []byte("event:")) {
			text += "; no event: lines"
		}
		odd = text
	}
	return passed("as documented%s", odd)
}

// messagesOrder looks at the order of the events of Messages: message_start, each block with
// its start, deltas and stop, message_delta, message_stop. Blocks may overlap, which clients
// that go by the index do not mind.
func messagesOrder(w *wire) (problem, odd string) {
	started, open := make(map[string]bool), make(map[string]bool)
	most := 0
	last := ""
	w.typed(func(kind string, event gjson.Result) {
		index := event.Get("index").Raw
		said := ""
		switch {
		case kind == "error": // which the rule about the end is about
		case last == "message_stop":
			said = fmt.Sprintf("%.40q after message_stop", kind)
		case (kind == "message_start") != (last == ""):
			said = fmt.Sprintf("%.40q after %.40q, expected message_start once, first", kind, last)
		case kind == "content_block_start" && started[index]:
			said = fmt.Sprintf("two blocks have the index %.20s", index)
		case kind == "content_block_start":
			started[index], open[index] = true, true
			most = max(most, len(open))
		case (kind == "content_block_delta" || kind == "content_block_stop") && !open[index]:
			said = fmt.Sprintf("a %s of index %.20q, which is no open block", kind, index)
		case kind == "content_block_stop":
			delete(open, index)
		case kind == "message_stop" && len(open) > 0:
			said = fmt.Sprintf("message_stop while %d blocks are open", len(open))
		}
		if problem == "" {
			problem = said
		}
		last = kind
	})
	if most > 1 {
		odd = fmt.Sprintf("; %d blocks overlap", most)
	}
	return problem, odd
}

// responsesOrder looks at the order of the events of Responses: response.created, each item
// between added and done, one event that ends the response. Numbers are looked at where there
// are any.
func responsesOrder(w *wire) (problem, odd string) {
	open := make(map[string]bool)
	numbers, indices := 0, 0
	next := -1.
	last := ""
	w.typed(func(kind string, event gjson.Result) {
		said := ""
		if n := event.Get("sequence_number"); n.Type == gjson.Number {
			if n.Num <= next {
				said = fmt.Sprintf("sequence number %v after %v", n.Num, next)
			}
			numbers, next = numbers+1, n.Num
		}
		index := event.Get("output_index").Raw
		if index != "" {
			indices++
		}
		switch {
		case kind == "error":
		case ends(last):
			said = fmt.Sprintf("%.40q after %s", kind, last)
		case (kind == "response.created") != (last == ""):
			said = fmt.Sprintf("%.40q after %.40q, expected response.created once, first", kind, last)
		case index == "":
		case kind == "response.output_item.added":
			open[index] = true
		case !open[index]:
			said = fmt.Sprintf("%.60q of output_index %.20s, which is no open item", kind, index)
		case kind == "response.output_item.done":
			delete(open, index)
		}
		if problem == "" {
			problem = said
		}
		last = kind
	})
	if numbers == 0 {
		odd += "; no sequence numbers"
	}
	if indices == 0 {
		odd += "; items have no output_index"
	}
	return problem, odd
}

// ends reports whether an event of Responses is the last.
func ends(kind string) bool {
	switch kind {
	case "response.completed", "response.incomplete", "response.failed", "response.cancelled", "error":
		return true
	}
	return false
}
