package endpoint

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/metrics"
)

// oddDeltas are events that no server should send, in which one scan and a parser
// may come to differ, or in which the answer itself is a matter of taste: names
// that come twice, and values of the wrong type.
var oddDeltas = []struct {
	in   string
	want delta
}{
	// Each choice counts, and each text in a delta; of all else the last.
	{`{"choices":[{"delta":{"content":"a"}}],"choices":[{"delta":{"content":"bc"}}]}`, delta{visible: 3}},
	{`{"choices":[{"delta":{"content":"a","content":"bc","refusal":"d"}}]}`, delta{visible: 4}},
	{`{"choices":[{"delta":{"reasoning":"a"},"delta":{"content":"bc"}}]}`, delta{visible: 2}},
	{`{"choices":[{"delta":{"content":"a"},"delta":null}]}`, delta{}},
	{`{"choices":[{"delta":{"content":"a"},"index":1,"index":0}]}`, delta{visible: 1}},
	{`{"choices":[{"finish_reason":"stop","finish_reason":null}]}`, delta{}},
	{`{"choices":[{"finish_reason":"stop"},{"finish_reason":""},{"finish_reason":"x","index":1}]}`, delta{finish: "stop"}},
	{`{"usage":{"prompt_tokens":1},"usage":null}`, delta{counted: true, usage: usage(1, 0, 0, 0)}},
	{`{"usage":{"prompt_tokens":1},"usage":{}}`, delta{}},
	{`{"usage":{"prompt_tokens":9,"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":3},"prompt_cache_hit_tokens":4,"prompt_tokens_details":null}}`, delta{counted: true, usage: usage(5, 4, 0, 0)}},
	{`{"object":"error","object":"chunk"}`, delta{}},
	{`{"error":"a","error":null}`, delta{failed: true, failure: "a"}},
	// Inside a tool call and inside the details of usage it is the first.
	{`{"choices":[{"delta":{"tool_calls":[{"function":{"name":"f","name":"gh"},"function":{"name":"ijkl"}}],"tool_calls":[{"function":{"arguments":"m"}}]}}]}`, delta{visible: 4}},
	{`{"choices":[{"delta":{"tool_calls":[{"function":null,"function":{"name":"f"}}]}}]}`, delta{step: true}},
	{`{"usage":{"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":3,"reasoning_tokens":4}}}`, delta{counted: true, usage: usage(0, 0, 9, 3)}},
	// Names and values may be written with escapes.
	{`{"choices":[{"delta":{"\u0063ontent":"\u0063"}}]}`, delta{visible: 6}},
	{`{"choices":[{"delta":{"content":"\"\\\u00e9\n"},"finish_reason":"s\u0074op"}]}`, delta{visible: 12, finish: "stop"}},
	{`{"object":"\u0065rror","message":"m"}`, delta{failed: true, failure: "m"}},
	{"{\"choices\":[{\"delta\":{\"content\":\"\xff\xc0\x7f\"}}],\"\xff\":1}", delta{visible: 3}},
	// Numbers are read as numbers.
	{`{"choices":[{"index":-0,"delta":{"content":"a"}},{"index":0e9,"delta":{"content":"b"}},{"index":1e-400,"delta":{"content":"c"}}]}`, delta{visible: 3}},
	{`{"choices":[{"index":1e400,"delta":{"content":"a"}}]}`, delta{several: true}},
	{`{"choices":[{"index":12345678901,"delta":{"reasoning":"a"}}]}`, delta{several: true}},
	{`{"choices":[{"index":"1","delta":{"content":"a"}},{"index":null,"delta":{"content":"b"}}]}`, delta{visible: 2}},
	{`{"usage":{"completion_tokens":7.0,"prompt_tokens":1e3}}`, delta{counted: true, usage: usage(1000, 0, 7, 0)}},
	{`{"usage":{"completion_tokens":1000000000}}`, delta{counted: true, usage: usage(0, 0, 1e9, 0)}},
	{`{"usage":{"completion_tokens":1000000001}}`, delta{}},
	{`{"usage":{"completion_tokens":-1}}`, delta{}},
	{`{"usage":{"completion_tokens":null}}`, delta{counted: true}},
	{`{"usage":{"completion_tokens":5,"prompt_tokens":5,"prompt_cache_hit_tokens":6,"completion_tokens_details":{"reasoning_tokens":6}}}`, delta{counted: true, usage: usage(5, 0, 5, 0)}},
	// Output of other shapes.
	{`{"choices":[{"delta":{"content":[{"type":"text","text":"ab"},{"text":"c"}],"reasoning_content":""}}]}`, delta{visible: 3}},
	{`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":{"a":1}}}],"function_call":{"name":"f"}}}]}`, delta{visible: 8}},
	{`{"choices":[null,{"delta":null},{"delta":{"content":null,"tool_calls":null,"function_call":null}},{"delta":{"tool_calls":[null]}}]}`, delta{step: true}},
	// Text in other places, and what is none. A copy of text in a usual place does not count.
	{`{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"abc"}]}]}}]}`, delta{visible: 3, reasoning: true}},
	{`{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.text","text":"abcd","format":"f","index":0}]}}]}`, delta{visible: 4, reasoning: true}},
	{`{"choices":[{"delta":{"reasoning":"abcd","reasoning_details":[{"type":"reasoning.text","text":"abcd"}]}}]}`, delta{visible: 4, reasoning: true}},
	{`{"choices":[{"delta":{"content":"","thoughts":{"parts":["ab",{"text":"c"}]}}}]}`, delta{visible: 3, strange: true}},
	{`{"choices":[{"delta":{"tool_calls":[{"id":"x","type":"custom","custom":{"name":"f","input":"abc"}}]}}]}`, delta{visible: 3, strange: true}},
	{`{"choices":[{"delta":{"role":"assistant","content":"","id":"x","n":1,"audio":null,"parts":[],"note":""}}]}`, delta{step: true, role: true}},
	{`{"choices":[{"delta":{"role":"assistant","x":` + strings.Repeat("[", 20) + `"a"` + strings.Repeat("]", 20) + `}}]}`, delta{step: true, role: true}},
	{`{"choices":[{"delta":null,"index":0}]}`, delta{}},
	// Reasoning beside the completion, and cached tokens that are stated to be none.
	{`{"usage":{"prompt_tokens":10,"completion_tokens":40,"total_tokens":210,"completion_tokens_details":{"reasoning_tokens":160}}}`, delta{counted: true, usage: usage(10, 0, 200, 160)}},
	{`{"usage":{"prompt_tokens":10,"completion_tokens":200,"total_tokens":210,"completion_tokens_details":{"reasoning_tokens":160}}}`, delta{counted: true, usage: usage(10, 0, 200, 160)}},
	{`{"usage":{"prompt_tokens":7,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0}}}`, delta{counted: true, usage: metrics.Usage{Prompt: 7, Completion: 2, CachedStated: true}}},
	{`{"usage":{"prompt_tokens":7,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":null},"prompt_cache_hit_tokens":null}}`, delta{counted: true, usage: usage(7, 0, 2, 0)}},
	{`{"usage":{"prompt_tokens_details":{"cached_tokens":0}}}`, delta{}},
	{`{"choices":null,"usage":null,"error":null}`, delta{}},
	{`{"choices":{"a":{"delta":{"content":"a"}}},"usage":[1],"error":{}}`, delta{visible: 1}},
	{" {\r\n \"choices\" : [ { \"delta\" : { \"content\" : \"a\" } , \"index\" : 0 } ] \t} ", delta{visible: 1}},
	// Nesting that one scan does not follow.
	{`{"logprobs":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `,"choices":[{"delta":{"content":"a"}}]}`, delta{visible: 1}},
}

var notDeltas = []string{
	``, ` `, `null`, `[]`, `"a"`, `{`, `{}}`, `{} {}`, `{"a":1,}`, `{"a" 1}`, `{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.1}`, `{"a":1e}`, `{"a":+1}`,
	`{"a":tru}`, `{"a":nul}`, `{"a":[1,]}`, `{"a":"\x"}`, `{"a":"\u12g4"}`, "{\"a\":\"\n\"}", "{\"a\":\"\x00\"}", "{}\x00", "\ufeff{}", `{a:1}`, `{"a":"b`, `{"a":"b\`,
	`{"choices":[{"index":00}]}`, `{"choices":[{"index":}]}`, `{"usage":{"prompt_tokens":01}}`, `{"usage":{"prompt_tokens":}}`, `{"error":nulll}`,
	`{"a":` + strings.Repeat("[", 1<<20), `{"a":` + strings.Repeat(`{"a":`, 1<<18),
}

func TestOddDeltas(t *testing.T) {
	for _, tt := range oddDeltas {
		got, err := parseDelta([]byte(tt.in))
		tt.want.step = tt.want.step || tt.want.visible > 0 || tt.want.finish != ""
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(delta{})); diff != "" || err != nil {
			t.Errorf("%.200s: %v (-want +got)\n%s", tt.in, err, diff)
		}
	}
	for _, in := range notDeltas {
		if got, err := parseDelta([]byte(in)); err != errNotJSON || got != (delta{}) {
			t.Errorf("%.50q: %+v, %v", in, got, err)
		}
	}
}

// transcribed returns the data of the events that real servers sent, none when
// they are not at hand.
func transcribed() (events []string) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "shared", "sse", "*.txt"))
	chats, _ := filepath.Glob(filepath.Join("..", "..", "shared", "sse", "apis", "*-chat-*.txt"))
	chats = slices.DeleteFunc(chats, func(file string) bool { return strings.Contains(file, "over-context") }) // these are cut
	for _, file := range append(files, chats...) {
		text, _ := os.ReadFile(file)
		for line := range strings.Lines(string(text)) {
			if data, ok := strings.CutPrefix(line, "data: {"); ok {
				events = append(events, "{"+strings.TrimSpace(data))
			}
		}
	}
	return events
}

// FuzzScanDelta holds the scan against the parser that it stands in for.
func FuzzScanDelta(f *testing.F) {
	for _, e := range eventKinds {
		f.Add([]byte(e.data))
	}
	for _, data := range transcribed() {
		f.Add([]byte(data))
	}
	for _, odd := range oddDeltas {
		f.Add([]byte(odd.in))
	}
	for _, in := range notDeltas {
		f.Add([]byte(in[:min(len(in), 1000)]))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		want, err := parseAnyDelta(data, nil)
		got, ok := scanDelta(data)
		if ok && (err != nil || got != want) {
			t.Errorf("%q: %+v, want %+v, %v", data, got, want, err)
		}
		if !bytes.Equal(data, before) {
			t.Errorf("%q has become %q", before, data)
		}
	})
}

// What servers send takes the fast way, but for errors, and allocates nothing.
func TestUsualEventsAreScanned(t *testing.T) {
	for _, e := range eventKinds {
		if _, ok := scanDelta([]byte(e.data)); !ok {
			t.Errorf("%s: not scanned", e.kind)
		}
		e.allocatesNothing(t)
	}
	for _, data := range transcribed() {
		d, err := parseAnyDelta([]byte(data), nil)
		if _, ok := scanDelta([]byte(data)); ok == d.failed || err != nil {
			t.Errorf("%s: scanned: %v, %v", data, ok, err)
		}
	}
}

// Nor does text in unusual places allocate.
func TestUnusualEventsDoNotAllocate(t *testing.T) {
	for _, text := range []string{
		`"content":[{"type":"thinking","thinking":[{"type":"text","text":" think"}]}]`, `"content":null,"musings":{"text":" think"}`,
		`"reasoning_details":[{"type":"reasoning.text","text":" think"}]`, `"reasoning":" think","reasoning_details":[{"type":"reasoning.text","text":" think"}]`,
	} {
		data := []byte(chunkHead + `{"index":0,"delta":{` + text + `},"finish_reason":null}]}`)
		if n := testing.AllocsPerRun(100, func() { parseDelta(data) }); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

// decodeOne does with an event what a stream does, but for the clock.
func decodeOne(d *decoder, r *reader, frame []byte) error {
	d.received(copy(d.room(), frame))
	data, failed, ok, err := d.next()
	if failed || !ok || err != nil {
		return fmt.Errorf("no event: %v, %v, %v", failed, ok, err)
	}
	var found delta
	if err := r.read(bytes.TrimSpace(data), &found); err != nil {
		return err
	}
	if _, _, ok, _ := d.next(); ok {
		return fmt.Errorf("two events of one")
	}
	return nil
}

func usage(prompt, cached, completion, reasoning int) metrics.Usage {
	return metrics.Usage{Prompt: prompt, Cached: cached, CachedStated: cached > 0, Completion: completion, Reasoning: reasoning}
}

// allocatesNothing holds that reading such an event takes no memory.
func (e eventKind) allocatesNothing(t *testing.T) {
	t.Helper()
	frame := e.frame()
	var d decoder
	r := reader{api: e.api, mold: new(mold)}
	if n := testing.AllocsPerRun(100, func() {
		if err := decodeOne(&d, &r, frame); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%s: %v allocations", e.kind, n)
	}
}
