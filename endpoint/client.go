package endpoint

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/internal/secrets"
)

// A Client sends requests to one endpoint. It is safe for concurrent use; each agent
// has a [Conn] of its own.
type Client struct {
	cfg     Config
	api     API
	url     *url.URL
	header  http.Header
	shared  *http.Transport        // with HTTP2
	secrets func() *secrets.Finder // of what was sent

	requests, reconnects, noUsage, noDone, unclosed, chunkDelays, otherOutput atomic.Int64

	otherPlace atomic.Pointer[string] // the first place of such output

	openAfterDone, openAfterFinish atomic.Int64 // responses, since one was closed

	// What the server has done at least once: send output after a finish_reason, and
	// usage in a later event than it.
	early, usageFollows atomic.Bool
}

// New returns a client. It sends nothing. The error is that of [Config.Validate].
func New(cfg Config) (*Client, error) {
	u, api, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.IdleTimeout == 0 {
		cfg.IdleTimeout = DefaultIdleTimeout
	}
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	c := &Client{cfg: cfg, api: api, url: u, header: make(http.Header)}
	c.header.Set("Content-Type", "application/json")
	c.header.Set("Accept", "text/event-stream")
	// A compressed stream would arrive in the compressor's rhythm.
	c.header.Set("Accept-Encoding", "identity")
	c.header.Set("User-Agent", "agentperf-go")
	for name, values := range cfg.Header {
		c.header[http.CanonicalHeaderKey(name)] = values
	}
	api.authorize(c.header, string(cfg.APIKey))
	known := newSecrets(&cfg, u)
	c.secrets = func() *secrets.Finder { return known }
	if cfg.HTTP2 {
		c.shared = c.transport(cfg.Dial)
	}
	return c, nil
}

// transport returns a transport with nothing in it that could retry, redirect
// or hide: it only speaks HTTP.
func (c *Client) transport(dial func(context.Context, string, string) (net.Conn, error)) *http.Transport {
	t := &http.Transport{
		DialContext:            dial,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		// Each agent has one of each: room for the headers, since bodies go past it,
		// and for some events.
		WriteBufferSize: 1 << 10,
		ReadBufferSize:  2 << 10,
		Protocols:       new(http.Protocols),
		// A shared connection whose peer is gone would fail everyone's requests until
		// TCP gives up.
		HTTP2: &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
	}
	if c.cfg.TLS != nil {
		t.TLSClientConfig = c.cfg.TLS.Clone()
	}
	t.Protocols.SetHTTP1(!c.cfg.HTTP2)
	t.Protocols.SetHTTP2(c.cfg.HTTP2)
	t.Protocols.SetUnencryptedHTTP2(c.cfg.HTTP2)
	return t
}

// root returns the path that those of the APIs begin with, such as /v1.
func (c *Client) root() string { return strings.TrimSuffix(c.url.Path, c.api.path()) }

// Conn returns a connection for one agent. It sends one request at a time over a
// keep-alive connection of its own, which is opened when first needed and again
// after the server has closed it. With [Config.HTTP2] connections are shared.
func (c *Client) Conn() *Conn {
	conn := &Conn{client: c, transport: c.shared, reads: reads{since: time.Now()}}
	if conn.transport == nil {
		conn.transport = c.transport(func(ctx context.Context, network, addr string) (net.Conn, error) {
			nc, err := c.cfg.Dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return &stampedConn{nc, arrivals{reads: &conn.reads}}, nil
		})
	}
	return conn
}

// Counters are totals over all connections of a client.
type Counters struct {
	// Requests counts requests begun.
	Requests int64
	// Reconnects counts requests sent again because their keep-alive connection
	// was found dead.
	Reconnects int64
	// NoUsage and NoDone count successful responses without a count of output tokens and
	// without the event after which nothing follows: [DONE], with APIMessages
	// message_stop, and with APIResponses one that ends a response, such as
	// response.completed.
	NoUsage, NoDone int64
	// Unclosed counts complete responses that the server left open. Each costs
	// its connection.
	Unclosed int64
	// ChunkDelays counts responses in which a complete event was noticed only with the
	// next one, more than 5 ms later: the event began in an HTTP chunk whose end came
	// late, and net/http hands out the rest of a chunk as a whole.
	ChunkDelays int64
	// OtherOutput counts responses with text in a place of their deltas that the client
	// does not know. It counts as output. OtherPlace is the first such place that the
	// client saw, such as delta.thoughts or, with APIResponses, the type of an event; empty
	// while there was none.
	OtherOutput int64
	OtherPlace  string
}

// Counters returns the totals so far.
func (c *Client) Counters() Counters {
	place := ""
	if p := c.otherPlace.Load(); p != nil {
		place = *p
	}
	return Counters{
		OtherOutput: c.otherOutput.Load(),
		OtherPlace:  place,
		Requests:    c.requests.Load(),
		Reconnects:  c.reconnects.Load(),
		NoUsage:     c.noUsage.Load(),
		NoDone:      c.noDone.Load(),
		Unclosed:    c.unclosed.Load(),
		ChunkDelays: c.chunkDelays.Load(),
	}
}

// Since returns the difference to earlier counters of the same client.
func (c Counters) Since(before Counters) Counters {
	return Counters{
		OtherOutput: c.OtherOutput - before.OtherOutput,
		OtherPlace:  c.OtherPlace,
		Requests:    c.Requests - before.Requests,
		Reconnects:  c.Reconnects - before.Reconnects,
		NoUsage:     c.NoUsage - before.NoUsage,
		NoDone:      c.NoDone - before.NoDone,
		Unclosed:    c.Unclosed - before.Unclosed,
		ChunkDelays: c.ChunkDelays - before.ChunkDelays,
	}
}

// Warnings returns, in words, the counters that a reader of a measurement should
// know. NoUsage is left out: each figure says where its token counts come from.
func (c Counters) Warnings() (w []string) {
	add := func(n int64, format string) {
		if n > 0 {
			w = append(w, fmt.Sprintf(format, n))
		}
	}
	add(c.Reconnects, "%d times the server closed a connection, or refused a stream, just as a request was sent; it was sent again, and the time lost counts")
	add(c.Unclosed, "%d answers were left open by the server when they were complete; each cost its connection")
	add(c.ChunkDelays, "%d answers had chunks that came in parts, far apart: what came in the first part counts as late as the last")
	if c.OtherOutput > 0 {
		w = append(w, fmt.Sprintf("%d answers had text in %s, which is not a place known for output; it counts as output", c.OtherOutput, c.OtherPlace))
	}
	add(c.NoDone, "%d answers ended without the event that ends them ([DONE], message_stop or response.completed)")
	return w
}

// lingers records that the server left a response open after its [DONE], or after
// a finish_reason without one.
func (c *Client) lingers(afterDone bool) {
	c.unclosed.Add(1)
	if afterDone {
		c.openAfterDone.Add(1)
	} else {
		c.openAfterFinish.Add(1)
	}
}

// foundOutput records a response with output in a place that is not known, in an event
// whose data is given.
func (c *Client) foundOutput(a API, data []byte) {
	if c.otherPlace.Load() == nil {
		place := c.quote(a.strangePlace(data))
		c.otherPlace.CompareAndSwap(nil, &place)
	}
	c.otherOutput.Add(1)
}

// closes records that the server ended a response.
func (c *Client) closes() {
	c.openAfterDone.Store(0)
	c.openAfterFinish.Store(0)
}

// patient reports whether the end of a response gets the full wait after the server has
// left so many open. An agent that waits puts no load on the server, so that the wait is
// short while it does; but a server that was slow once must not pay for long. It gets
// the full wait again each time the number has doubled, and at least once in 64, which
// costs an agent little.
func patient(open int64) bool {
	const tryAgain = 64
	doubled := open != 1 && open&(open-1) == 0
	return doubled || open%tryAgain == 0
}

// hangup returns how long to wait for the end of a response after [DONE].
func (c *Client) hangup() time.Duration {
	if patient(c.openAfterDone.Load()) {
		return hangupWait
	}
	return hangupWait / 100
}

// trailer returns how long to wait for the rest of a response after a finish_reason.
// counted says that its usage is here. The wait is cut short only where nothing can be
// lost by it: the server has not sent usage after a finish_reason before, or here it is.
func (c *Client) trailer(counted bool) time.Duration {
	if !counted && c.usageFollows.Load() || patient(c.openAfterFinish.Load()) {
		return trailerWait
	}
	return trailerWait / 100
}

// Close closes the idle shared connections of an HTTP/2 client. Without HTTP2 it
// does nothing: each Conn has its own Close.
func (c *Client) Close() {
	if c.shared != nil {
		c.shared.CloseIdleConnections()
	}
}
