package conformance

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/tap"
)

const (
	// mostForToken and mostBeside are how long an answer may be: an event of one token has
	// 150 to 1,000 bytes on known servers, comments and what comes around it included.
	mostForToken = 4 << 10
	mostBeside   = 256 << 10
	// mostKept bounds what is kept of an answer: the longest that is looked at has 128
	// tokens.
	mostKept = 1 << 20
	// mostReads bounds the stamps that are kept.
	mostReads = 4096
)

// A wire is one response as it came.
type wire struct {
	most  int // bytes
	begun chan<- struct{}
	once  sync.Once

	header http.Header
	status int
	proto  string
	tls    *tls.ConnectionState
	reused bool // the connection was there
	bytes  int
	text   []byte
	reads  []read
	flood  bool
}

// A read is one read of a body that returned something.
type read struct {
	at  time.Time
	end int // of the body so far, in bytes
}

func newWire(tokens int, begun chan<- struct{}) *wire {
	return &wire{most: mostBeside + tokens*mostForToken, begun: begun}
}

// begin tells whoever waits for the first bytes.
func (w *wire) begin() {
	if w.begun != nil {
		w.once.Do(func() { close(w.begun) })
	}
}

// trace returns a context whose request is recorded.
func (w *wire) trace(ctx context.Context) context.Context {
	return tap.With(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { w.reused = info.Reused },
	}), w.see)
}

func (w *wire) see(resp *http.Response) {
	w.header, w.status, w.proto, w.tls = resp.Header, resp.StatusCode, resp.Proto, resp.TLS
	if resp.StatusCode != http.StatusSwitchingProtocols {
		resp.Body = &wireBody{resp.Body, w}
	}
}

type wireBody struct {
	io.ReadCloser
	w *wire
}

func (b *wireBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n == 0 {
		return n, err
	}
	w := b.w
	w.bytes += n
	w.text = append(w.text, p[:min(n, mostKept-len(w.text))]...)
	if len(w.reads) < mostReads {
		w.reads = append(w.reads, read{time.Now(), w.bytes})
	}
	w.begin()
	if w.bytes > w.most {
		w.flood = true
		return n, fmt.Errorf("the answer has more than %d bytes", w.most)
	}
	return n, err
}

// An event is one of an event stream.
type event struct {
	at   int // of its data in the body, in bytes
	data []byte
}

// events returns the data of all events that were kept, without [DONE].
func (w *wire) events() (all []event) {
	at := 0
	for line := range bytes.Lines(w.text) {
		begin := at
		at += len(line)
		data, ok := bytes.CutPrefix(line, []byte("data:"))
		if data = bytes.TrimSpace(data); ok && len(data) > 0 && string(data) != "[DONE]" {
			all = append(all, event{begin, data})
		}
	}
	return all
}

// broken returns the first event that is not JSON; nil without one. An event that the end of
// the body cut is not looked at: the end is.
func (w *wire) broken() []byte {
	for _, e := range w.events() {
		if !json.Valid(e.data) && bytes.IndexByte(w.text[e.at:], '\n') >= 0 {
			return e.data
		}
	}
	return nil
}

// parsed calls f with each event that is JSON.
func (w *wire) parsed(f func(event gjson.Result)) {
	for _, e := range w.events() {
		if json.Valid(e.data) {
			f(gjson.ParseBytes(e.data))
		}
	}
}

// eachChoice calls f with the delta, or message, of each choice of a chat completion.
func eachChoice(event gjson.Result, f func(delta gjson.Result)) {
	event.Get("choices").ForEach(func(_, choice gjson.Result) bool {
		if d := choice.Get("delta"); d.Exists() {
			f(d)
		} else if m := choice.Get("message"); m.Exists() {
			f(m)
		}
		return true
	})
}
