package endpoint

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/metrics"
)

// A sighting is what a preflight sees of one answer besides its clock: what the load has no
// use for and its receive path does not read.
type sighting struct {
	timing     metrics.Timing
	finish     string
	reconnects int

	header http.Header
	reused bool // the connection was there
	closes bool // the server said that it will close it
	ended  bool // the body was read to its end
	text   []byte
}

// see looks at a response and at what is read of its body.
func (s *sighting) see(resp *http.Response) {
	s.header, s.closes = resp.Header, resp.Close
	resp.Body = &seenBody{resp.Body, s}
}

type seenBody struct {
	io.ReadCloser
	s *sighting
}

// mostSeen bounds what is kept of an answer of some dozen tokens.
const mostSeen = 1 << 20

func (b *seenBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.s.text = append(b.s.text, p[:min(n, mostSeen-len(b.s.text))]...)
	b.s.ended = b.s.ended || errors.Is(err, io.EOF)
	return n, err
}

// asides are what a server says beside the answer.
type asides struct {
	fingerprint string
	cached      bool // usage states cached input tokens
}

// said reads the events for what a server says beside the answer.
func (s *sighting) said() (a asides) {
	for line := range bytes.SplitSeq(s.text, []byte("\n")) {
		data, ok := bytes.CutPrefix(line, []byte("data:"))
		if !ok || !valid(bytes.TrimSpace(data)) {
			continue
		}
		event := gjson.ParseBytes(data)
		if v := event.Get("system_fingerprint"); v.Type == gjson.String && v.Str != "" {
			a.fingerprint = v.Str
		}
		for _, name := range [...]string{"usage.prompt_tokens_details.cached_tokens", "usage.prompt_cache_hit_tokens"} {
			a.cached = a.cached || event.Get(name).Type == gjson.Number
		}
	}
	return a
}
