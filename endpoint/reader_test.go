package endpoint

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/metrics"
)

// What servers send most takes the fast way and allocates nothing.
func TestUsualEventsOfOtherAPIs(t *testing.T) {
	for _, e := range otherKinds {
		var ok bool
		if e.api == APIMessages {
			_, ok = scanMessage([]byte(e.data), new(delta))
		} else {
			_, _, ok = scanResponseEvent([]byte(e.data), new(delta))
		}
		if !ok {
			t.Errorf("%s: not scanned", e.kind)
		}
		e.allocatesNothing(t)
	}
}

// others returns the data of the events that real servers sent in the other APIs.
func others() (events []string) {
	for _, a := range []API{APIMessages, APIResponses} {
		files, _ := filepath.Glob(filepath.Join("..", "..", "shared", "sse", "apis", "*-"+string(a)+"-*.txt"))
		for _, file := range files {
			text, _ := os.ReadFile(file)
			for line := range strings.Lines(string(text)) {
				if data, ok := strings.CutPrefix(line, "data: {"); ok {
					events = append(events, "{"+strings.TrimSpace(data))
				}
			}
		}
	}
	return events
}

// twoWays reads an event by one scan, where that can, and by gjson, and demands the same.
func twoWays(t *testing.T, data []byte) {
	before := bytes.Clone(data)
	want, err := parseAnyMessage(data, nil)
	var got delta
	if _, ok := scanMessage(data, &got); ok && (err != nil || got != want) {
		t.Errorf("%q: %+v, want %+v, %v", data, got, want, err)
	}
	slow := reader{api: APIResponses}
	want, err = slow.anyResponseEvent(data)
	got = delta{}
	if _, s, ok := scanResponseEvent(data, &got); ok {
		fast := reader{api: APIResponses}
		fast.told.shown[s] += got.visible
		if err != nil || got != want || fast != slow {
			t.Errorf("%q: %+v, want %+v, %v; counted %v, want %v", data, got, want, err, fast.told, slow.told)
		}
	}
	for _, api := range apis {
		// Three times: what one event says changes what another means.
		r, molded, kept := reader{api: api}, reader{api: api, mold: new(mold)}, reader{api: api, to: new(kept)}
		for range 3 {
			var d, with, same delta
			err, err2 := r.read(data, &d), kept.read(data, &with)
			if err := molded.read(data, &same); same != d || (err == nil) != (err2 == nil) {
				t.Errorf("%s: %q: %+v, by a mold %+v", api, data, d, same)
			}
			sane(t, data, d, err)
			if with.visible != d.visible || with.usage != d.usage || with.finish != d.finish || with.failed != d.failed || (err == nil) != (err2 == nil) {
				t.Errorf("%s: %q: %+v, and %+v where its text is kept", api, data, d, with)
			}
		}
		if kept.to.text.Len() > 4*len(data) {
			t.Errorf("%s: %q has %d bytes of text", api, data, kept.to.text.Len())
		}
	}
	if !bytes.Equal(data, before) {
		t.Errorf("%q has become %q", before, data)
	}
}

// sane demands of any event what a measurement may rely on.
func sane(t *testing.T, data []byte, d delta, err error) {
	if err == nil && !json.Valid(data) {
		t.Errorf("%q is taken for JSON", data)
	}
	if err != nil && d != (delta{}) {
		t.Errorf("%q: %v and %+v", data, err, d)
	}
	u := d.usage
	if d.visible < 0 || d.blank < 0 || d.blank > d.visible || d.named < 0 || u.Prompt < 0 || u.Prompt > 1e9 || u.Cached < 0 || u.Cached > u.Prompt || u.Completion < 0 || u.Completion > 2e9 ||
		u.Reasoning < 0 || u.Reasoning > u.Completion || !d.counted && u != (metrics.Usage{}) {
		t.Errorf("%q: %+v", data, d)
	}
}

// oddOthers are events that no server should send, and what they are.
var oddOthers = []struct {
	api  API
	in   string
	want delta
}{
	// The type says what an event is, wherever it is, and the last one counts.
	{APIMessages, `{"delta":{"text":"ab"},"type":"content_block_delta"}`, delta{visible: 2, step: true}},
	{APIMessages, `{"type":"ping","delta":{"text":"ab"},"type":"content_block_delta"}`, delta{visible: 2, step: true}},
	{APIMessages, `{"delta":{"text":"ab"}}`, delta{}},
	{APIMessages, `{"type":"some_new_event","delta":{"text":"ab"}}`, delta{}},
	{APIMessages, `{"type":"ping"}`, delta{ping: true}},
	{APIMessages, `{"type":"content_block_stop","index":3}`, delta{}},
	{APIMessages, `{"type":"message_start"}`, delta{step: true, role: true}},
	{APIMessages, `{"type":"content_block_start","content_block":{"type":"text","text":""}}`, delta{step: true, role: true}},
	{APIMessages, `{"type":"content_block_start","content_block":{"type":"text","text":"all"}}`, delta{step: true, role: true, visible: 3}},
	{APIMessages, `{"type":"content_block_start","content_block":{"type":"tool_use","name":"ls","input":{}}}`, delta{step: true, named: 2}},
	{APIMessages, `{"type":"content_block_start","content_block":{"type":"tool_use","name":"ls","input":{"a":1}}}`, delta{step: true, named: 2, visible: 7}},
	{APIMessages, `{"type":"content_block_start","content_block":{"type":"redacted_thinking","data":"aaaa"}}`, delta{step: true, role: true}},
	{APIMessages, `{"type":"content_block_start","content_block":null}`, delta{step: true, role: true}},
	// Deltas: empty ones may be tokens, signatures and citations are none.
	{APIMessages, `{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":""}}`, delta{step: true}},
	{APIMessages, `{"type":"content_block_delta","delta":{"type":"signature_delta","signature":"abc"}}`, delta{}},
	{APIMessages, `{"type":"content_block_delta","delta":{"type":"citations_delta","citation":{"cited_text":"abc"}}}`, delta{}},
	{APIMessages, `{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"abc"}}`, delta{visible: 3, reasoning: true, step: true}},
	{APIMessages, `{"type":"content_block_delta","delta":{"type":"musing_delta","musing":"abc"}}`, delta{visible: 3, strange: true, step: true}},
	{APIMessages, `{"type":"content_block_delta","delta":{"type":"text_delta","text":"abc","copy":"abc"}}`, delta{visible: 3, step: true}},
	{APIMessages, `{"type":"content_block_delta","delta":{"text":"a","text":"bc"}}`, delta{visible: 3, step: true}},
	{APIMessages, `{"type":"content_block_delta","delta":{"text":"abc"},"delta":null}`, delta{}},
	{APIMessages, `{"type":"content_block_delta","delta":{"text":["a",{"text":"b"}]}}`, delta{visible: 2, step: true}},
	{APIMessages, `{"type":"content_block_delta","delta":{"text":"<think>\u200b"}}`, delta{visible: 13, blank: 13, step: true}},
	// Counts: three parts make the prompt; what cannot be is left out.
	{APIMessages, `{"type":"message_start","message":{"usage":{"input_tokens":16,"cache_read_input_tokens":14,"output_tokens":3}}}`, delta{step: true, role: true, counted: true, fresh: 16, usage: usage(30, 14, 0, 0)}},
	{APIMessages, `{"type":"message_delta","usage":{"input_tokens":80,"cache_read_input_tokens":0,"cache_creation_input_tokens":1024,"output_tokens":24}}`, delta{counted: true, fresh: 80, usage: metrics.Usage{Prompt: 1104, CachedStated: true, Completion: 24}}},
	{APIMessages, `{"type":"message_delta","usage":{"output_tokens":24}}`, delta{counted: true, usage: usage(0, 0, 24, 0)}},
	{APIMessages, `{"type":"message_delta","usage":{"input_tokens":null,"cache_read_input_tokens":null,"output_tokens":24}}`, delta{counted: true, usage: usage(0, 0, 24, 0)}},
	{APIMessages, `{"type":"message_delta","usage":{"input_tokens":-1,"output_tokens":24}}`, delta{}},
	{APIMessages, `{"type":"message_delta","usage":{"input_tokens":5,"output_tokens":1e300}}`, delta{}},
	{APIMessages, `{"type":"message_delta","usage":{"input_tokens":999999999,"cache_read_input_tokens":999999999}}`, delta{}},
	{APIMessages, `{"type":"message_delta","usage":{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}`, delta{counted: true}},
	{APIMessages, `{"type":"message_delta","usage":null}`, delta{}},
	{APIMessages, `{"type":"content_block_delta","usage":{"input_tokens":1,"input_tokens":null,"output_tokens":2}}`, delta{counted: true, usage: usage(0, 0, 2, 0)}},
	// Ends.
	{APIMessages, `{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}`, delta{finish: "max_tokens", step: true}},
	{APIMessages, `{"type":"message_delta","delta":{"stop_reason":null}}`, delta{}},
	{APIMessages, `{"type":"message_stop"}`, delta{done: true}},
	{APIMessages, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, delta{failed: true, failure: "overloaded_error: Overloaded"}},
	{APIMessages, `{"type":"error"}`, delta{failed: true, failure: `{"type":"error"}`}},
	{APIMessages, `{"error":{"message":"m","code":500}}`, delta{failed: true, failure: "m"}},
	{APIMessages, `{"error":"m"}`, delta{failed: true, failure: "m"}},
	{APIMessages, `{"type":"ping","error":null}`, delta{ping: true}},

	{APIResponses, `{"delta":"ab","type":"response.output_text.delta"}`, delta{visible: 2, step: true}},
	{APIResponses, `{"type":"response.output_text.delta","delta":""}`, delta{step: true}},
	{APIResponses, `{"type":"response.output_text.delta","delta":null}`, delta{step: true}},
	{APIResponses, `{"type":"response.output_text.delta","delta":{"text":"ab"}}`, delta{visible: 2, step: true}},
	{APIResponses, `{"type":"response.output_text.delta","delta":"a","delta":"bc"}`, delta{visible: 2, step: true}},
	{APIResponses, `{"type":"response.reasoning_summary_text.delta","delta":"ab","obfuscation":"xyz"}`, delta{visible: 2, reasoning: true, step: true}},
	{APIResponses, `{"type":"response.mcp_call_arguments.delta","delta":"ab"}`, delta{visible: 2, step: true}},
	{APIResponses, `{"type":"response.some_new.delta","delta":"ab"}`, delta{visible: 2, step: true, strange: true}},
	{APIResponses, `{"type":"response.output_audio.delta","delta":"UklGRg=="}`, delta{}},
	{APIResponses, `{"type":"response.output_text.annotation.added","annotation":{"text":"ab"}}`, delta{}},
	{APIResponses, `{"type":"response.created","response":{"output":[],"usage":null,"instructions":"ab"}}`, delta{step: true, role: true}},
	{APIResponses, `{"type":"response.output_item.added","item":{"type":"function_call","name":"ls","arguments":""}}`, delta{step: true, named: 2}},
	{APIResponses, `{"type":"response.output_item.added","item":{"type":"message","content":[]}}`, delta{step: true, role: true}},
	// What only comes as a whole is output; the results of tools are not.
	{APIResponses, `{"type":"response.output_text.done","text":"ab"}`, delta{visible: 2, step: true}},
	{APIResponses, `{"type":"response.content_part.done","part":{"type":"refusal","refusal":"ab"}}`, delta{visible: 2, step: true}},
	{APIResponses, `{"type":"response.output_item.done","item":{"type":"function_call","name":"ls","arguments":"{}"}}`, delta{visible: 2, named: 2, step: true}},
	{APIResponses, `{"type":"response.output_item.done","item":{"type":"function_call","arguments":{"a":1}}}`, delta{visible: 7, step: true}},
	{APIResponses, `{"type":"response.output_item.done","item":{"type":"mcp_call","output":"abc"}}`, delta{}},
	{APIResponses, `{"type":"response.output_item.done","item":{"type":"reasoning","summary":[{"type":"summary_text","text":"ab"}],"content":null,"encrypted_content":"xyz"}}`, delta{visible: 2, reasoning: true, step: true}},
	{APIResponses, `{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"ab"}]},{"type":"function_call","name":"ls","arguments":"{}"}]}}`,
		delta{visible: 4, named: 2, step: true, done: true, finish: "completed"}},
	// Ends, under three names.
	{APIResponses, `{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}`, delta{done: true, step: true, finish: "max_output_tokens"}},
	{APIResponses, `{"type":"response.completed","response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}}`, delta{done: true, step: true, finish: "content_filter"}},
	{APIResponses, `{"type":"response.completed","response":{"status":"incomplete"}}`, delta{done: true, step: true, finish: "incomplete"}},
	{APIResponses, `{"type":"response.completed"}`, delta{done: true, step: true, finish: "completed"}},
	{APIResponses, `{"type":"response.completed","response":{"status":"in_progress"}}`, delta{done: true, step: true, finish: "completed"}},
	{APIResponses, `{"type":"response.cancelled","response":{}}`, delta{done: true, step: true, finish: "cancelled"}},
	{APIResponses, `{"type":"response.failed","response":{"error":{"code":"server_error","message":"Internal server error"}}}`,
		delta{done: true, step: true, finish: "failed", failed: true, failure: "server_error: Internal server error"}},
	{APIResponses, `{"type":"response.failed"}`, delta{done: true, step: true, finish: "failed", failed: true, failure: "response.failed"}},
	{APIResponses, `{"type":"response.completed","response":{"status":"failed","error":null}}`, delta{done: true, step: true, finish: "failed", failed: true, failure: "response.failed"}},
	{APIResponses, `{"type":"error","code":"rate_limit_exceeded","message":"try again in 5s"}`, delta{failed: true, failure: "rate_limit_exceeded: try again in 5s"}},
	{APIResponses, `{"type":"response.completed","response":{"usage":{"input_tokens":30,"input_tokens_details":{"cached_tokens":29},"output_tokens":24,"output_tokens_details":{"reasoning_tokens":7}}}}`,
		delta{done: true, step: true, finish: "completed", counted: true, usage: usage(30, 29, 24, 7)}},
	{APIResponses, `{"type":"response.completed","response":{"usage":{"output_tokens":24,"input_tokens_details":{"cached_tokens":5}}}}`, delta{done: true, step: true, finish: "completed", counted: true, usage: usage(0, 0, 24, 0)}},
	{APIResponses, `{"type":"response.completed","response":{"usage":{"input_tokens":-3,"output_tokens":24}}}`, delta{done: true, step: true, finish: "completed"}},
}

func TestOddEventsOfOtherAPIs(t *testing.T) {
	for _, tt := range oddOthers {
		r := reader{api: tt.api}
		var got delta
		err := r.read([]byte(tt.in), &got)
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(delta{})); diff != "" || err != nil {
			t.Errorf("%s: %.200s: %v (-want +got)\n%s", tt.api, tt.in, err, diff)
		}
	}
	for _, api := range apis {
		for _, in := range notDeltas {
			r := reader{api: api}
			var got delta
			if err := r.read([]byte(in), &got); err != errNotJSON || got != (delta{}) {
				t.Errorf("%s: %.50q: %+v, %v", api, in, got, err)
			}
		}
	}
	for _, data := range others() {
		if json.Valid([]byte(data)) {
			twoWays(t, []byte(data))
		}
	}
}

// FuzzReader holds the scans of the other APIs against the parsers that they stand in for.
func FuzzReader(f *testing.F) {
	for _, e := range slices.Concat(eventKinds, otherKinds) {
		f.Add([]byte(e.data))
	}
	for _, odd := range oddOthers {
		f.Add([]byte(odd.in))
	}
	for i, data := range others() {
		if i%40 == 0 {
			f.Add([]byte(data))
		}
	}
	f.Fuzz(twoWays)
}

// otherShapes are what events of the other APIs are made of; see shape.
func (s *shape) other() []byte {
	kinds := strings.Fields("message_start content_block_start content_block_delta content_block_delta content_block_delta content_block_stop message_delta message_stop ping error " +
		"response.created response.output_item.added response.output_text.delta response.output_text.delta response.reasoning_text.delta response.function_call_arguments.delta " +
		"response.output_text.done response.content_part.done response.output_item.done response.completed response.incomplete response.failed x")
	kind := `"type":"` + s.one(kinds) + `"`
	s.WriteByte('{')
	if s.IntN(2) == 0 {
		s.WriteString(kind + ",")
		kind = `"id":0`
	}
	for range s.IntN(3) {
		name := s.one(strings.Fields("delta delta delta usage message content_block response item part text error index item_id logprobs"))
		s.WriteString(`"` + name + `":`)
		s.space()
		if name == "delta" && s.IntN(2) == 0 {
			s.WriteString(s.one(shapeTexts))
		} else {
			s.otherValue(name, 0)
		}
		s.WriteByte(',')
	}
	s.WriteString(kind + "}")
	return []byte(s.String())
}

var otherInside = map[string]string{
	"delta": "type text thinking partial_json signature stop_reason citation odd text", "usage": "input_tokens output_tokens cache_read_input_tokens cache_creation_input_tokens input_tokens_details total_tokens id",
	"message": "usage role id", "content_block": "type text name input thinking", "response": "status output usage error incomplete_details id", "item": "type name arguments content summary id",
	"part": "type text refusal", "error": "message code type", "incomplete_details": "reason", "input_tokens_details": "cached_tokens", "output": "type name arguments content summary", "content": "type text", "summary": "type text",
}

func (s *shape) otherValue(name string, depth int) {
	inside, usual := otherInside[name]
	switch {
	case s.IntN(30) == 0:
		s.WriteString(s.one(shapeOdds))
	case strings.Contains(name, "tokens") && !usual:
		s.WriteString(s.one(append(shapeNumbers, "999999999", "1000000000", "-5")))
	case name == "type":
		s.WriteString(s.one(strings.Fields(`"text_delta" "thinking_delta" "signature_delta" "citations_delta" "tool_use" "function_call" "message" "reasoning" "output_text" null`)))
	case depth > 5 || !usual || s.IntN(20) == 0:
		s.WriteString(s.one(shapeTexts))
	default:
		list := name == "output" || name == "content" || name == "summary"
		if list {
			s.WriteByte('[')
		}
		s.WriteByte('{')
		for i := range s.IntN(4) {
			if i > 0 {
				s.WriteByte(',')
			}
			field := s.one(strings.Fields(inside))
			s.WriteString(`"` + field + `":`)
			s.space()
			s.otherValue(field, depth+1)
		}
		s.WriteByte('}')
		if list {
			s.WriteByte(']')
		}
	}
}

// FuzzReaderShapes is FuzzReader with events that are likely to be JSON.
func FuzzReaderShapes(f *testing.F) {
	for seed := range uint64(500) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		s := shape{Rand: rand.New(rand.NewPCG(seed, 0))}
		twoWays(t, s.other())
	})
}
