package endpoint

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/internal/secrets"
	"github.com/agentperf/agentperf-go/metrics"
)

// An Observation is one request of another client, sent over a [Transport].
type Observation struct {
	clock *metrics.Clock
	fresh metrics.Clock // as it was given

	mu   sync.Mutex
	last *exchange
	sent time.Time // the first attempt
	more int       // attempts after it
}

// observed is the key of an Observation in a context.
type observed struct{}

// Observe returns a context for one request that is timed in clock when it is sent over a
// [Transport]. Its result is that of [Observation.Result], before which clock is not
// touched, except that its Gaps and First are used as they are set now, by another
// goroutine.
//
// Where the client sends more requests under the context, as it does to try again or to
// follow a redirect, the last one counts: the clock starts with the first, or at a Sent
// that clock has already, and [Response.Reconnects] counts those after it.
func Observe(ctx context.Context, clock *metrics.Clock) (context.Context, *Observation) {
	o := &Observation{clock: clock, fresh: *clock, sent: clock.Timing().Sent}
	return context.WithValue(ctx, observed{}, o), o
}

// Result returns how the request ended and records that in the clock. It waits for the end
// of an answer that is still arriving; call it when the client has read the answer or has
// closed it. The error is an [*Error], with [OutcomeLocal] and the clock untouched if nothing
// was sent. An answer that the client closed before it was complete is [OutcomeCanceled].
//
// It may be called more than once, by one goroutine at a time.
func (o *Observation) Result() (Response, error) {
	o.mu.Lock()
	x, more := o.last, o.more
	o.mu.Unlock()
	if x == nil {
		return Response{}, &Error{Outcome: OutcomeLocal, Err: errors.New("nothing was sent over a Transport under the context of Observe")}
	}
	<-x.ended
	*o.clock = x.clock
	x.response.Reconnects = more
	return x.response, x.err
}

// An exchange is a request and its answer. Its fields belong to whoever receives the
// answer until it has ended.
type exchange struct {
	conn     *Conn
	clock    metrics.Clock
	response Response
	err      error
	ended    chan struct{}
}

// begin returns the exchange of a request that is about to be sent.
func (o *Observation) begin(req *http.Request) *exchange {
	o.mu.Lock()
	defer o.mu.Unlock()
	known := sync.OnceValue(func() *secrets.Finder { return secrets.New(credentials(req.Header)...) })
	x := &exchange{conn: newDecoding(apiAt(strings.TrimRight(req.URL.Path, "/")), known), clock: o.fresh, ended: make(chan struct{})}
	if o.last != nil {
		o.more++
		select {
		case <-o.last.ended:
		default: // two at a time: neither may disturb the other
			x.clock.Gaps, x.clock.First = nil, nil
		}
	} else if o.sent.IsZero() {
		o.sent = time.Now()
	}
	x.clock.Sent(o.sent)
	o.last = x
	return x
}
