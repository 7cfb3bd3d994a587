package endpoint

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/internal/tap"
	"github.com/agentperf/agentperf-go/metrics"
)

// A Conn is one agent's connection to an endpoint; see [Client.Conn]. It is not safe
// for concurrent use: an agent sends one request at a time.
type Conn struct {
	client    *Client
	transport *http.Transport
	reads     reads
	decoder   decoder
	sight     *sighting // of a preflight; nil otherwise
	kept      *kept     // of an Answer; nil otherwise
	mold      *mold     // of the latest event; nil with APIChat
}

// A Response is what a server sent besides its output.
type Response struct {
	// Status is the HTTP status; 0 without a response.
	Status int
	// FinishReason is why the answer ended: the finish_reason of the first choice; with
	// APIMessages the stop_reason, or message_stop where none came with that; with
	// APIResponses the reason of incomplete_details, or else the status. Empty without one.
	FinishReason string
	// Limited reports whether FinishReason is that the limit of tokens was reached. Some
	// servers call such a response completed: then only the count of its tokens says so.
	Limited bool
	// Done reports whether the server sent the event after which nothing follows: [DONE],
	// message_stop or one that ends a response.
	Done bool
	// Reconnects is how often the request was sent again because its connection
	// was found dead: at most once, over HTTP/2 at most 5 times. Of an [Observation] it
	// is how often the client sent it again, for whatever reason.
	Reconnects int
}

const (
	// idleRace is how soon after sending a reused connection must prove dead for
	// that to count as the race with the server's idle timeout. Later than that,
	// the server had the request and failed it.
	idleRace = time.Second
	// mostGoAways is how often a request is sent again that met the closing of a
	// shared connection.
	mostGoAways = 5
	// trailerWait bounds the wait for usage and [DONE] after a finish_reason: some
	// servers send neither and stay silent.
	trailerWait = 5 * time.Second
	// hangupWait bounds the wait for the end of the response after [DONE], which
	// only serves to keep the connection.
	hangupWait = 250 * time.Millisecond
	// pingAfter is the silence after which the peer of a shared connection is
	// pinged, and pingTimeout how long its answer may take: a busy server is not
	// a dead one.
	pingAfter   = 15 * time.Second
	pingTimeout = time.Minute
)

// Stream posts a request body, given as segments that are sent one after the other,
// and reads the response to its end. It records the time stamps and usage in clock,
// except when the request was due. session is the value of the session header and
// may be empty.
//
// The segments must not change until Stream returns. The error is an [*Error];
// canceling ctx ends the request with [OutcomeCanceled].
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
	resp, nc, err := c.post(ctx, session, out, &r)
	if err != nil {
		clock.Done(time.Now())
		return r, c.failure(ctx, err, 0)
	}
	tap.See(ctx, resp)
	if c.sight != nil {
		c.sight.see(resp)
	}
	if c.client.cfg.HTTP2 {
		defer unblock(ctx, resp.Body, nc)()
	}
	defer resp.Body.Close()
	r.Status = resp.StatusCode
	dog.saw(time.Now())
	if resp.StatusCode != http.StatusOK {
		err = c.refusal(resp)
		clock.Done(time.Now())
		return r, err
	}
	s := stream{conn: c, dog: dog, clock: clock, response: &r, reader: c.reader()}
	end, err := s.read(resp.Body)
	clock.Done(end)
	ended := s.ended(wellEnded(err))
	switch {
	case !ended:
	case errors.Is(err, io.EOF):
		c.client.closes()
	case dog.expired():
		c.client.lingers(r.Done)
	}
	s.account(ended && (errors.Is(err, io.EOF) || ctx.Err() == nil || dog.expired()))
	return r, s.verdict(ctx, err, resp.Header)
}

// Send is [Conn.Stream] for callers that need only the clock.
func (c *Conn) Send(ctx context.Context, session string, body [][]byte, clock *metrics.Clock) error {
	_, err := c.Stream(ctx, session, body, clock)
	return err
}

// Close closes the connection unless it is shared. A Conn can be used again after
// Close.
func (c *Conn) Close() {
	if c.transport != c.client.shared {
		c.transport.CloseIdleConnections()
	}
}

// post sends the request and returns the response headers and the connection that they
// came on. A keep-alive connection that proves dead is replaced once.
func (c *Conn) post(ctx context.Context, session string, out *bodies, r *Response) (*http.Response, net.Conn, error) {
	for {
		var nc net.Conn
		var reused bool
		var answered atomic.Bool // set by the transport's own goroutine
		began := time.Now()
		trace := &httptrace.ClientTrace{
			GotConn:              func(info httptrace.GotConnInfo) { nc, reused, began = info.Conn, info.Reused, time.Now() },
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
		moveHost(req)
		if c.client.cfg.HTTP2 {
			// A server that is about to close a connection says up to which
			// request it has read; the transport sends the others again. It would also
			// send again, for a minute, what a server refuses for want of capacity.
			req.GetBody = func() (io.ReadCloser, error) {
				out.release()
				if r.Reconnects == mostGoAways {
					return nil, errors.New("the server did not take the request (GOAWAY or REFUSED_STREAM)")
				}
				c.client.reconnects.Add(1)
				r.Reconnects++
				return out.reader(), nil
			}
		}
		resp, err := c.transport.RoundTrip(req)
		if c.sight != nil {
			c.sight.reused = reused
		}
		if err == nil {
			return resp, nc, nil
		}
		out.release()
		dead := reused && !answered.Load() && isLost(err) && ctx.Err() == nil && time.Since(began) <= idleRace
		if !dead || r.Reconnects > 0 {
			return nil, nil, err
		}
		r.Reconnects++
		c.client.reconnects.Add(1)
		c.transport.CloseIdleConnections()
	}
}

// reader returns a reader of the next answer.
func (c *Conn) reader() reader {
	if c.mold == nil && (c.client.api == APIMessages || c.client.api == APIResponses) {
		c.mold = new(mold)
	}
	if c.mold != nil {
		c.mold.made, c.mold.head.text = 0, nil
	}
	return reader{api: c.client.api, to: c.kept, mold: c.mold}
}

// moveHost moves a Host header to where net/http looks for it.
func moveHost(req *http.Request) {
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
		req.Header.Del("Host")
	}
}

// stamp returns when the latest read from the network returned. On a shared
// connection that read may have been another stream's, so there it is now.
func (c *Conn) stamp() time.Time {
	if t, ok := c.reads.stamp(); ok {
		return t
	}
	return time.Now()
}
