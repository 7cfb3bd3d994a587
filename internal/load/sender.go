package load

import (
	"context"
	"io"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// HTTPSender returns a Sender that sends over a connection. Its Close closes that.
func HTTPSender(conn *endpoint.Conn) trajectory.Sender { return httpSender{conn} }

type httpSender struct{ conn *endpoint.Conn }

func (s httpSender) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	return s.conn.Send(ctx, r.Session, r.Body, clock)
}

// Answer makes it a [trajectory.Answerer].
func (s httpSender) Answer(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) (string, error) {
	a, err := s.conn.Answer(ctx, r.Session, r.Body, clock)
	return a.Text, err
}

func (s httpSender) Close() error {
	s.conn.Close()
	return nil
}

// Close closes a Sender that is an [io.Closer].
func Close(s trajectory.Sender) error {
	if closer, ok := s.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}
