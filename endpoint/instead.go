package endpoint

import (
	"bytes"
	"mime"
	"net/http"

	"github.com/tidwall/gjson"
)

// instead names what came in place of an event stream; empty if that came, or nothing.
func (s *stream) instead(h http.Header) string {
	c := s.conn.client
	if coding := h.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return "content encoding " + c.quote(coding) + ", which was not asked for"
	}
	d := &s.conn.decoder
	events := s.framed || d.known
	text := append(d.stray[:len(d.stray):len(d.stray)], d.rest()...)
	text = text[:min(len(text), maxStray)]
	if coding := compressed(text); coding != "" {
		return "the body is " + coding + " without Content-Encoding"
	}
	text = bytes.TrimSpace(text)
	if !events && len(text) > 0 && text[0] == '{' {
		if what := jsonInstead(text); what != "" {
			return what
		}
	}
	wrong := ""
	switch kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")); {
	case kind != "" && kind != "text/event-stream":
		wrong = "content type " + kind + ", expected text/event-stream"
	case !events && len(text) > 0:
		wrong = "no event stream"
	default:
		return ""
	}
	if len(text) > 0 {
		wrong += ": " + c.said(text)
	}
	return wrong
}

// jsonInstead names what a body is that is JSON and no event stream; empty for an error,
// which says itself what it is.
func jsonInstead(text []byte) string {
	line, more, _ := bytes.Cut(text, []byte("\n"))
	switch {
	case gjson.GetBytes(text, "object").Str == "chat.completion", gjson.GetBytes(text, "object").Str == "response", gjson.GetBytes(text, "type").Str == "message":
		return "a whole answer and no event stream: does the server ignore \"stream\": true?"
	case isError(gjson.GetBytes(text, "error")) || gjson.GetBytes(text, "object").Str == "error":
		return ""
	case valid(line) && (len(more) > 0 || gjson.GetBytes(line, "done").Exists()):
		return "JSON lines without data: is this the native API instead of /v1/chat/completions?"
	}
	return ""
}

// compressed names the compression that bytes begin with; empty for none.
func compressed(text []byte) string {
	for _, m := range [...]struct{ magic, name string }{
		{"\x1f\x8b", "gzip"},
		{"\x28\xb5\x2f\xfd", "zstd"},
		{"\x78\x01", "deflate"}, {"\x78\x9c", "deflate"}, {"\x78\xda", "deflate"},
	} {
		if bytes.HasPrefix(text, []byte(m.magic)) {
			return m.name
		}
	}
	return ""
}
