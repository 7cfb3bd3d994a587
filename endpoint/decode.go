package endpoint

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/internal/secrets"
	"github.com/agentperf/agentperf-go/metrics"
)

// Decode reads a streamed answer in an API, empty meaning [APIChat], that another client has
// asked for, and times it as [Conn.Stream] does: r is the body of a response with status 200.
// The caller tells clock when the request was sent, by [metrics.Clock.Sent] just before
// sending it; Decode records the rest.
//
// It returns at [DONE] or another event that says that nothing follows, at the first event that fails
// the answer, and otherwise at the end of r, however long a server leaves that open: time
// limits are the caller's. To keep the connection of an [http.Response], read what is left
// of its body. The error is an [*Error], with [OutcomeCanceled] where r fails with
// [context.Canceled].
//
// Stamps are taken when a Read of r returns. They are those of the network as far as
// nothing between it and r waits: read r from the moment at which the response headers
// are there, or send through a [Transport], which does. The documentation of Transport
// lists what no reader of a body can see.
//
// It takes memory for the longest event, 4 MiB at most. Clock and r are used by nobody
// else until it returns.
func Decode(api API, r io.Reader, clock *metrics.Clock) (Response, error) {
	return newDecoding(api, forms).decode(context.Background(), r, nil, clock)
}

// forms finds secrets by their form alone.
var forms = sync.OnceValue(func() *secrets.Finder { return secrets.New() })

// newDecoding returns a Conn that only decodes answers to others.
func newDecoding(api API, known func() *secrets.Finder) *Conn {
	return &Conn{client: &Client{api: api, secrets: known}, reads: reads{since: time.Now()}}
}

// decode reads the body of a response with status 200. header is nil where it is not known.
func (c *Conn) decode(ctx context.Context, body io.Reader, header http.Header, clock *metrics.Clock) (Response, error) {
	r := Response{Status: http.StatusOK}
	s := stream{conn: c, clock: clock, response: &r, reader: c.reader()}
	end, err := s.read(&stampedReader{Reader: body, arrivals: arrivals{reads: &c.reads}})
	clock.Done(end)
	s.account(false)
	return r, s.verdict(brokenOff(ctx, err), err, header)
}

// brokenOff returns ctx, or a context that is done if err says that reading was broken off.
func brokenOff(ctx context.Context, err error) context.Context {
	if ctx.Err() != nil || !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return ctx
	}
	ctx, cancel := context.WithCancelCause(ctx)
	cancel(err)
	return ctx
}

// stampedReader stamps its reads, as stampedConn does those of a connection.
type stampedReader struct {
	io.Reader
	arrivals
	empty int // reads in a row without anything
}

// mostEmpty is the number of such reads at which package bufio gives up, too.
const mostEmpty = 100

func (r *stampedReader) Read(p []byte) (int, error) {
	began := r.begins()
	n, err := r.Reader.Read(p)
	r.returned(began, n, len(p))
	if r.empty++; n > 0 {
		r.empty = 0
	}
	if r.empty >= mostEmpty && err == nil {
		err = io.ErrNoProgress
	}
	return n, err
}
