package endpoint_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// What comes in place of an event stream is named, whatever its content type says.
func TestInstead(t *testing.T) {
	good := answer + "data: [DONE]\n\n"
	var zipped, deflated bytes.Buffer
	z := gzip.NewWriter(&zipped)
	io.WriteString(z, good)
	z.Close()
	d := zlib.NewWriter(&deflated)
	io.WriteString(d, good)
	d.Close()
	native := `{"model":"m","message":{"role":"assistant","content":"x"},"done":false}` + "\n"
	const lines = "JSON lines without data: is this the native API instead of /v1/chat/completions?"
	for _, tt := range []struct {
		name, kind, text string
		status           int
		want             endpoint.Outcome
		message          string
	}{
		{"gzip", "text/event-stream", zipped.String(), 200, endpoint.OutcomeMalformed, "the body is gzip without Content-Encoding"},
		{"deflate", "text/event-stream", deflated.String(), 200, endpoint.OutcomeMalformed, "the body is deflate without Content-Encoding"},
		{"zstd", "", "\x28\xb5\x2f\xfd\x04\n\nabc", 200, endpoint.OutcomeMalformed, "the body is zstd without Content-Encoding"},
		{"gzip in a refusal", "text/plain", zipped.String(), 503, endpoint.OutcomeStatus, "the body is gzip"},
		{"JSON lines", "application/x-ndjson", native + native, 200, endpoint.OutcomeMalformed, lines},
		{"JSON lines as events", "text/event-stream", native + native, 200, endpoint.OutcomeMalformed, lines},
		{"JSON lines, blank between", "text/event-stream", native + "\n" + native + "\n", 200, endpoint.OutcomeMalformed, lines},
		{"one JSON line", "application/x-ndjson", strings.TrimSpace(native), 200, endpoint.OutcomeMalformed, lines},
		{"an error line", "application/x-ndjson", `{"error":"model not found"}` + "\n", 200, endpoint.OutcomeMalformed, "model not found"},
		{"a whole answer", "application/json", `{"object":"chat.completion","choices":[{"message":{"content":"` + strings.Repeat("x", 9000) + `"}}]}`, 200, endpoint.OutcomeMalformed, "a whole answer and no event stream"},
		{"a whole answer on lines", "application/json", "{\n  \"object\": \"chat.completion\",\n  \"choices\": []\n}\n", 200, endpoint.OutcomeMalformed, "a whole answer and no event stream"},
		{"an error on lines", "application/json", "{\n  \"error\": {\n    \"message\": \"over capacity\"\n  }\n}\n", 200, endpoint.OutcomeMalformed, "text/event-stream: over capacity"},
		{"HTML as events", "text/event-stream", "<html><body>Bad <b>gateway</b></body></html>\n", 200, endpoint.OutcomeMalformed, "no event stream: Bad gateway"},
		{"text as events", "text/event-stream", "upstream failed", 200, endpoint.OutcomeMalformed, "no event stream: upstream failed"},
		{"comments alone", "text/event-stream", ": ping\n\n{}\n: ping\n\n", 200, endpoint.OutcomeTruncated, "no output"},
		{"JSON lines beside events", "text/event-stream", native + good, 200, endpoint.OutcomeOK, ""},
		{"JSON lines, then an event", "text/event-stream", native + "data: {}\n\n", 200, endpoint.OutcomeTruncated, "no output"},
	} {
		onBoth(t, tt.name, func(t *testing.T, http2 bool) {
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Content-Type"] = nil
				if tt.kind != "" {
					w.Header().Set("Content-Type", tt.kind)
				}
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.text)
			})
			alike(t, handler, body(1, ""), http2)
			_, conn := connect(t, handler, endpoint.Config{HTTP2: http2})
			var c metrics.Clock
			_, err := conn.Stream(t.Context(), "", body(1, ""), &c)
			if outcome(err) != tt.want || err != nil && !strings.Contains(err.Error(), tt.message) {
				t.Errorf("%v, want %s and %q", err, tt.want, tt.message)
			}
		})
	}
}

// Bytes that break the protocol are malformed: the connection itself is well.
func TestBrokenFraming(t *testing.T) {
	chunked := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	frame := func(length int, kind, flags byte, stream uint32, payload string) string {
		head := binary.BigEndian.AppendUint32(nil, uint32(length)<<8|uint32(kind))
		head = append(head, flags)
		return string(binary.BigEndian.AppendUint32(head, stream)) + payload
	}
	settings := frame(0, 4, 0, 0, "")
	headers := frame(1, 1, 4, 1, "\x88") // :status 200
	for _, tt := range []struct {
		name, reply string
		http2       bool
		want        endpoint.Outcome
	}{
		{"chunk length too large", chunked + "fffffffffffffffff\r\n", false, endpoint.OutcomeMalformed},
		{"no chunk length", chunked + "data: {}\n\n\r\n", false, endpoint.OutcomeMalformed},
		{"no end of a chunk", chunked + "2\r\n: abc\r\n", false, endpoint.OutcomeMalformed},
		{"endless chunk extension", chunked + "2;" + strings.Repeat("x", 10_000) + "\r\n", false, endpoint.OutcomeMalformed},
		{"closed in a chunk", chunked + "ff\r\ndata: {", false, endpoint.OutcomeReset},
		{"closed between chunks", chunked + "4\r\n:ab\n\r\n", false, endpoint.OutcomeReset},
		{"a frame too large", settings + headers + frame(1<<24-1, 0, 0, 1, ""), true, endpoint.OutcomeMalformed},
		{"data before headers", settings + frame(1, 0, 0, 1, "x"), true, endpoint.OutcomeMalformed},
		{"headers that are not compressed", settings + frame(4, 1, 4, 1, "\xff\xff\xff\xff"), true, endpoint.OutcomeMalformed},
		{"a stream of nobody", settings + headers + frame(4, 8, 0, 0, "\x00\x00\x00\x00"), true, endpoint.OutcomeMalformed},
		{"the server's own error", settings + headers + frame(4, 3, 0, 1, "\x00\x00\x00\x02"), true, endpoint.OutcomeReset},
		{"closed between frames", settings + headers, true, endpoint.OutcomeReset},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := memnet.Listen()
				defer l.Close()
				go func() {
					c, err := l.Accept()
					if err != nil {
						return
					}
					defer c.Close()
					if tt.http2 {
						swallow(c)
					} else if req, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
						t.Error(err)
					} else if _, err := io.Copy(io.Discard, req.Body); err != nil {
						t.Error(err)
					}
					io.WriteString(c, tt.reply)
					// A client that still writes to a closed connection sees a reset, whatever
					// it was sent before: only a server that resets may close first.
					if tt.want == endpoint.OutcomeMalformed {
						io.Copy(io.Discard, c)
					}
				}()
				_, conn := open(t, endpoint.Config{URL: "http://mem", Dial: l.Dial, HTTP2: tt.http2})
				var c metrics.Clock
				if _, err := conn.Stream(t.Context(), "", [][]byte{[]byte("{}")}, &c); outcome(err) != tt.want {
					t.Errorf("%v, want %s", err, tt.want)
				}
			})
		})
	}
}

// swallow reads what an HTTP/2 client sends up to the end of its first request.
func swallow(c net.Conn) {
	io.ReadFull(c, make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")))
	for head := make([]byte, 9); ; {
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		io.CopyN(io.Discard, c, length)
		if kind, flags := head[3], head[4]; kind == 0 && flags&1 != 0 { // DATA, END_STREAM
			return
		}
	}
}
