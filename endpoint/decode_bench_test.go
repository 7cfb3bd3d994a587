package endpoint

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

const (
	chunkHead = `{"id":"chatcmpl-7137eb79c1ce550088e5f8bdc3264d24","object":"chat.completion.chunk","created":1795451600,"model":"meta-llama/Llama-3.3-70B-Instruct","choices":[`
	usageTail = `"usage":{"prompt_tokens":100352,"total_tokens":100864,"completion_tokens":512,"prompt_tokens_details":{"cached_tokens":98304}}}`
)

// eventKind is an event that servers send. Nearly all of a stream is content, reasoning or
// tool calls.
type eventKind struct {
	api        API
	kind, data string
}

// frame returns the event as it is sent.
func (e eventKind) frame() []byte {
	name := ""
	if e.api != APIChat {
		name = "event: " + gjson.Get(e.data, "type").Str + "\n"
	}
	return []byte(name + "data: " + e.data + "\n\n")
}

// eventKinds are the events of chat completions, as vLLM writes them.
var eventKinds = []eventKind{
	{APIChat, "content", chunkHead + `{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`},
	{APIChat, "escapes", chunkHead + `{"index":0,"delta":{"content":"\n\t\"föö\" \u2192 \\"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`},
	{APIChat, "reasoning", chunkHead + `{"index":0,"delta":{"reasoning_content":" think"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`},
	{APIChat, "tool-call", chunkHead + `{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":" {\"path\":"}}]},"logprobs":null,"finish_reason":null,"token_ids":null}]}`},
	{APIChat, "running-usage", chunkHead + `{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null,"token_ids":null}],` + usageTail},
	{APIChat, "long-content", chunkHead + `{"index":0,"delta":{"content":" ` + strings.Repeat("several words ", 30) + `"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`},
	{APIChat, "logprobs", chunkHead + `{"index":0,"delta":{"content":" word"},"logprobs":{"content":[{"token":" word","logprob":-0.3125,"bytes":[32,119,111,114,100],"top_logprobs":[]}]},"finish_reason":null}]}`},
	{APIChat, "role", chunkHead + `{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null}`},
	{APIChat, "finish", chunkHead + `{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null,"token_ids":null}]}`},
	{APIChat, "usage", chunkHead + `],` + usageTail},
}

// otherKinds are those of the other APIs, as vLLM and llama-server (-llama) and Dynamo
// (running usage) write them.
var otherKinds = []eventKind{
	{APIMessages, "messages-text", `{"type":"content_block_delta","delta":{"type":"text_delta","text":" word"},"index":0}`},
	{APIMessages, "messages-text-llama", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" word"}}`},
	{APIMessages, "messages-escapes", `{"type":"content_block_delta","delta":{"type":"text_delta","text":"\n\t\"föö\" \u2192 \\"},"index":0}`},
	{APIMessages, "messages-thinking", `{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":" think"}}`},
	{APIMessages, "messages-tool", `{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":" {\"path\":"}}`},
	{APIMessages, "messages-running-usage", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" word"},"usage":{"input_tokens":2048,"output_tokens":512,"cache_creation_input_tokens":0,"cache_read_input_tokens":98304,"total_tokens":2560}}`},
	{APIMessages, "messages-long-text", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" ` + strings.Repeat("several words ", 30) + `"}}`},
	{APIResponses, "responses-text", `{"content_index":0,"delta":" word","item_id":"msg_b08710f87807a732","logprobs":[],"output_index":0,"sequence_number":4,"type":"response.output_text.delta"}`},
	{APIResponses, "responses-text-llama", `{"type":"response.output_text.delta","item_id":"msg_vGgb4f1oRFgPWcUxwL4FmRI5Xl8UJrp5","delta":" word"}`},
	{APIResponses, "responses-reasoning", `{"content_index":0,"delta":" think","item_id":"rs_bae8460b9a004bb0","output_index":0,"sequence_number":5,"type":"response.reasoning_text.delta"}`},
	{APIResponses, "responses-tool", `{"delta":" {\"path\":","item_id":"fc_97d14e2bb83c59bd","output_index":1,"sequence_number":12,"type":"response.function_call_arguments.delta"}`},
	{APIResponses, "responses-obfuscation", `{"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_68aac0590a374dc6bf185ac8c5a8ec01","output_index":0,"content_index":0,"delta":" word","logprobs":[],"obfuscation":"QvXz0aL7kP"}`},
	{APIResponses, "responses-long-text", `{"type":"response.output_text.delta","delta":" ` + strings.Repeat("several words ", 30) + `","item_id":"msg_1","sequence_number":9}`},
}

// BenchmarkEvent is what an event costs once it is in memory: framed, checked and
// understood. BenchmarkValid is a check alone, which it is held against.
func BenchmarkEvent(b *testing.B) {
	for _, e := range slices.Concat(eventKinds, otherKinds) {
		b.Run("kind="+e.kind, func(b *testing.B) {
			frame := e.frame()
			var d decoder
			r := reader{api: e.api, mold: new(mold)}
			b.ReportAllocs()
			b.SetBytes(int64(len(e.data)))
			for b.Loop() {
				if err := decodeOne(&d, &r, frame); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkValid(b *testing.B) {
	for _, e := range slices.Concat(eventKinds, otherKinds) {
		b.Run("kind="+e.kind, func(b *testing.B) {
			data := []byte(e.data)
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if !gjson.ValidBytes(data) {
					b.Fatal("not JSON")
				}
			}
		})
	}
}

// BenchmarkFraming is the part that is not JSON, in the usual form and in another.
func BenchmarkFraming(b *testing.B) {
	for _, form := range []struct{ name, end string }{{"LF", "\n\n"}, {"CRLF", "\r\n\r\n"}} {
		b.Run("ends="+form.name, func(b *testing.B) {
			frame := []byte("data: " + eventKinds[0].data + form.end)
			var d decoder
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				d.received(copy(d.room(), frame))
				if _, _, ok, err := d.next(); !ok || err != nil {
					b.Fatal(ok, err)
				}
				if _, _, ok, _ := d.next(); ok {
					b.Fatal("two events of one")
				}
			}
		})
	}
}
