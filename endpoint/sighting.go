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
	limited    bool // the server says that the limit of tokens ended it
	completed  bool // the server says that it is completed, which may mean either
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

// cut reports whether the answer ended at its limit, which it has reached in any case where
// anything ended it there.
func (s *sighting) cut(limit int) bool {
	n := s.timing.Usage.Completion
	return s.limited && (n == 0 || n == limit) || s.completed && n == limit
}

// fingerprint looks for the system_fingerprint among the events.
func (s *sighting) fingerprint() (found string) {
	for line := range bytes.SplitSeq(s.text, []byte("\n")) {
		data, ok := bytes.CutPrefix(line, []byte("data:"))
		if !ok || !valid(bytes.TrimSpace(data)) {
			continue
		}
		event := gjson.ParseBytes(data)
		if v := event.Get("system_fingerprint"); v.Type == gjson.String && v.Str != "" {
			found = v.Str
		}
	}
	return found
}
