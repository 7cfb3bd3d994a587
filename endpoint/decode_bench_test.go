package endpoint

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

const (
	chunkHead = `{"id":"chatcmpl-7137eb79c1ce550088e5f8bdc3264d24","object":"chat.completion.chunk","created":1795451600,"model":"meta-llama/Llama-3.3-70B-Instruct","choices":[`
	usageTail = `"usage":{"prompt_tokens":100352,"total_tokens":100864,"completion_tokens":512,"prompt_tokens_details":{"cached_tokens":98304}}}`
)

// eventKinds are the events that servers send, as vLLM writes them. Nearly all of
// a stream is content, reasoning or tool calls.
var eventKinds = []struct{ kind, data string }{
	{"content", chunkHead + `{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`},
	{"escapes", chunkHead + `{"index":0,"delta":{"content":"\n\t\"föö\" \u2192 \\"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`},
	{"reasoning", chunkHead + `{"index":0,"delta":{"reasoning_content":" think"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`},
	{"tool-call", chunkHead + `{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":" {\"path\":"}}]},"logprobs":null,"finish_reason":null,"token_ids":null}]}`},
	{"running-usage", chunkHead + `{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null,"token_ids":null}],` + usageTail},
	{"long-content", chunkHead + `{"index":0,"delta":{"content":" ` + strings.Repeat("several words ", 30) + `"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`},
	{"logprobs", chunkHead + `{"index":0,"delta":{"content":" word"},"logprobs":{"content":[{"token":" word","logprob":-0.3125,"bytes":[32,119,111,114,100],"top_logprobs":[]}]},"finish_reason":null}]}`},
	{"role", chunkHead + `{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null}`},
	{"finish", chunkHead + `{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null,"token_ids":null}]}`},
	{"usage", chunkHead + `],` + usageTail},
}

// BenchmarkEvent is what an event costs once it is in memory: framed, checked and
// understood. BenchmarkValid is a check alone, which it is held against.
func BenchmarkEvent(b *testing.B) {
	for _, e := range eventKinds {
		b.Run("kind="+e.kind, func(b *testing.B) {
			frame := []byte("data: " + e.data + "\n\n")
			var d decoder
			b.ReportAllocs()
			b.SetBytes(int64(len(e.data)))
			for b.Loop() {
				if err := decodeOne(&d, frame); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkValid(b *testing.B) {
	for _, e := range eventKinds {
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
