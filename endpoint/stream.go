package endpoint

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// A Conn is one agent's connection to an endpoint; see [Client.Conn]. It is
// not safe for concurrent use: an agent sends one request at a time.
type Conn struct {
	client    *Client
	transport *http.Transport
	reads     reads
	decoder   decoder
}

// Response is what a server said beside its output.
type Response struct {
	// Status is the HTTP status; 0 when no response came.
	Status int
	// FinishReason is why the first choice ended; empty when it did not.
	FinishReason string
	// Done is set when the server sent [DONE].
	Done bool
	// Reconnects is 1 when the keep-alive connection was found dead and the
	// request went out again on a new one.
	Reconnects int
}

const (
	// idleRace is how soon after sending a reused connection must prove dead
	// for that to be the race with the server's idle timeout. Later the server
	// had the request and failed it.
	idleRace = time.Second
	// trailerWait bounds the silence after a finish_reason, in which usage and
	// [DONE] should follow: some servers send neither and stay silent.
	trailerWait = 5 * time.Second
	// hangupWait is the same after [DONE], with nothing more to come: reading
	// to the end is only to keep the connection.
	hangupWait = 250 * time.Millisecond
)

// Stream posts the body, given as segments to be sent one after the other, and
// reads the response to its end. Stamps and usage go to clock, which Stream
// tells everything but when the request was due. session is the value of the
// session header and may be empty.
//
// The segments must not change until Stream returns. The error is an [*Error];
// cancelling ctx ends the request with the outcome [Canceled].
func (c *Conn) Stream(ctx context.Context, session string, body [][]byte, clock *metrics.Clock) (Response, error) {
	c.client.requests.Add(1)
	clock.Sent(time.Now())
	ctx, dog := watch(ctx, c.client.cfg.Timeout, c.client.cfg.IdleTimeout)
	defer dog.stop()

	var r Response
	out := &bodies{segments: body}
	// A server may answer before it has read the body, so that the transport
	// still holds it when the response has ended.
	defer out.release()
	resp, err := c.post(ctx, session, out, &r)
	if err != nil {
		clock.Done(time.Now())
		return r, c.failure(ctx, err, 0)
	}
	defer resp.Body.Close()
	r.Status = resp.StatusCode
	dog.saw(time.Now())
	if resp.StatusCode != http.StatusOK {
		err = c.refusal(resp)
		clock.Done(time.Now())
		return r, err
	}
	s := stream{conn: c, dog: dog, clock: clock, response: &r}
	end, err := s.read(resp.Body)
	clock.Done(end)
	if s.finish != "" && dog.expired() {
		c.client.lingers(r.Done)
	}
	s.account(errors.Is(err, io.EOF) || ctx.Err() == nil || dog.expired())
	return r, s.verdict(ctx, err, resp)
}

// Close closes the connection if it is the agent's own. A Conn can be used
// again after Close.
func (c *Conn) Close() {
	if c.transport != c.client.shared {
		c.transport.CloseIdleConnections()
	}
}

// post sends the request and returns the response headers. A keep-alive
// connection that proves dead is replaced once.
func (c *Conn) post(ctx context.Context, session string, out *bodies, r *Response) (*http.Response, error) {
	for {
		var reused bool
		var answered atomic.Bool // set by the transport's own goroutine
		began := time.Now()
		trace := &httptrace.ClientTrace{
			GotConn:              func(info httptrace.GotConnInfo) { reused, began = info.Reused, time.Now() },
			GotFirstResponseByte: func() { answered.Store(true) },
		}
		req := (&http.Request{
			Method:        http.MethodPost,
			URL:           c.client.url,
			Host:          c.client.url.Host,
			Header:        c.client.header.Clone(),
			Body:          out.reader(),
			ContentLength: size(out.segments),
			Proto:         "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		}).WithContext(httptrace.WithClientTrace(ctx, trace))
		if name := c.client.cfg.SessionHeader; name != "" && session != "" {
			req.Header.Set(name, session)
		}
		if host := req.Header.Get("Host"); host != "" {
			req.Host = host
			req.Header.Del("Host")
		}
		if c.client.cfg.HTTP2 {
			// A server that is about to close a connection says up to which
			// request it has read; the transport sends the others again.
			req.GetBody = func() (io.ReadCloser, error) {
				out.release()
				c.client.reconnects.Add(1)
				r.Reconnects++
				return out.reader(), nil
			}
		}
		resp, err := c.transport.RoundTrip(req)
		if err == nil {
			return resp, nil
		}
		out.release()
		dead := reused && !answered.Load() && isLost(err) && ctx.Err() == nil && time.Since(began) <= idleRace
		if !dead || r.Reconnects > 0 {
			return nil, err
		}
		r.Reconnects++
		c.client.reconnects.Add(1)
		c.transport.CloseIdleConnections()
	}
}

// stream reads the events of one response.
type stream struct {
	conn     *Conn
	dog      *watchdog
	clock    *metrics.Clock
	response *Response

	finish    finish
	counted   int // output tokens at the last visible event, by a running count
	usage     metrics.Usage
	reported  bool
	reasoning bool
	visible   int   // bytes
	shown     int   // events with visible output
	running   bool  // the latest of them came with a token count
	several   bool  // other choices than the first had output
	failure   error // what the events themselves say is wrong
}

// read reads body to its end and returns when the response ended: at its last
// event if it was complete, otherwise when it was given up. The error is that of
// reading; io.EOF when the body ended well.
func (s *stream) read(body io.Reader) (end time.Time, err error) {
	d := &s.conn.decoder
	d.reset()
	for {
		n, err := body.Read(d.room())
		// After [DONE] nothing counts, and nothing is kept.
		if n > 0 && !s.response.Done {
			stamp := s.conn.stamp()
			s.dog.saw(stamp)
			d.received(n)
			if s.events(stamp) {
				end = stamp
			}
		}
		switch {
		case s.failure != nil:
			return end, io.EOF
		case err == nil:
		case s.finish != "":
			return end, err
		default:
			return time.Now(), err
		}
	}
}

// events takes in the events that are complete and reports whether there were any.
func (s *stream) events(stamp time.Time) (any bool) {
	for !s.response.Done && s.failure == nil {
		data, failed, ok, err := s.conn.decoder.next()
		if err != nil {
			s.failure = &Error{Outcome: Malformed, Status: http.StatusOK, Err: err}
			return true
		}
		if !ok {
			break
		}
		any = true
		s.event(stamp, data, failed)
	}
	return any
}

// stamp returns when the latest read from the network returned. On a shared
// connection that read may have been another stream's, so there it is now.
func (c *Conn) stamp() time.Time {
	if t, ok := c.reads.stamp(); ok {
		return t
	}
	return time.Now()
}

var done = []byte("[DONE]")

func (s *stream) event(stamp time.Time, data []byte, failed bool) {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return
	}
	if bytes.Equal(data, done) {
		s.response.Done = true
		s.dog.hurry(stamp, s.conn.client.hangup())
		return
	}
	d, err := parseDelta(data)
	switch {
	case failed || d.failed:
		if d.failure == "" {
			d.failure = string(data)
		}
		s.failure = &Error{Outcome: ErrorEvent, Status: http.StatusOK, Message: s.conn.client.quote(d.failure)}
		return
	case err != nil:
		s.failure = &Error{Outcome: Malformed, Status: http.StatusOK, Message: s.conn.client.quote(string(data)), Err: err}
		return
	}
	if d.counted {
		s.usage, s.reported = d.usage, true
	}
	s.several = s.several || d.several
	if d.visible > 0 {
		s.visible += d.visible
		// Only a count that runs along says how many came with this event; one
		// that appears at the end counts them all.
		tokens := 0
		if d.counted && d.usage.Completion > s.counted && (s.shown == 0 || s.running) {
			tokens = d.usage.Completion - s.counted
		}
		if d.counted {
			s.counted = max(s.counted, d.usage.Completion)
		}
		s.running = d.counted
		s.shown++
		s.reasoning = s.reasoning || d.reasoning
		s.clock.Arrived(stamp, d.visible, tokens)
	}
	if d.finish != "" && s.finish == "" {
		s.finish = d.finish
		s.response.FinishReason = string(d.finish)
		s.dog.hurry(stamp, s.conn.client.trailer())
	}
}

// verdict returns how a 200 ended: nil, or an *Error. readErr is how reading did.
func (s *stream) verdict(ctx context.Context, readErr error, resp *http.Response) error {
	message := ""
	switch {
	case s.failure != nil:
		return s.failure
	case s.finish.aborted():
		return &Error{Outcome: Truncated, Status: resp.StatusCode, Message: "finish_reason " + string(s.finish)}
	case s.finish != "" && s.clock.Streamed():
		// However the rest went: the answer is complete.
		return nil
	case s.response.Done && s.finish == "":
		return &Error{Outcome: Truncated, Status: resp.StatusCode, Message: "[DONE] without a finish_reason"}
	case s.finish != "":
		return &Error{Outcome: Empty, Status: resp.StatusCode}
	case !errors.Is(readErr, io.EOF) || errors.Is(readErr, io.ErrUnexpectedEOF):
		return s.conn.failure(ctx, readErr, resp.StatusCode)
	case !s.clock.Streamed():
		if wrong := s.notStream(resp.Header); wrong != "" {
			return &Error{Outcome: Malformed, Status: resp.StatusCode, Message: wrong}
		}
		message = "no output"
	}
	return &Error{Outcome: Truncated, Status: resp.StatusCode, Message: message}
}

// notStream says what came instead of an event stream, empty when one did.
func (s *stream) notStream(h http.Header) string {
	if coding := h.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return "content encoding " + s.conn.client.quote(coding) + ", which was not asked for"
	}
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if kind == "" || kind == "text/event-stream" {
		return ""
	}
	wrong := "content type " + kind + ", expected text/event-stream"
	if rest := s.conn.decoder.rest(); len(rest) > 0 {
		wrong += ": " + s.conn.client.said(rest)
	}
	return wrong
}

// credible reports whether a token count can be that of what came: one token
// is at least a byte, give or take what a template adds, and with several
// choices the count is of all of them.
func (s *stream) credible() bool {
	const margin = 64
	return !s.several && s.usage.Completion-s.usage.Reasoning <= s.visible+margin
}

// account hands usage to the clock and counts what a complete response lacks.
// ended is false when we broke it off.
func (s *stream) account(ended bool) {
	s.reported = s.reported && s.credible()
	if s.reported {
		// Some servers stream their reasoning as content: what has more events
		// than tokens outside reasoning was shown.
		if !s.reasoning && s.shown <= s.usage.Completion-s.usage.Reasoning {
			s.usage.Hidden = s.usage.Reasoning
		}
		s.clock.Usage(s.usage)
	}
	if s.finish == "" || !ended {
		return
	}
	if !s.reported {
		s.conn.client.noUsage.Add(1)
	}
	if !s.response.Done {
		s.conn.client.noDone.Add(1)
	}
}
