package agentperf

import (
	"context"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// HTTPSender returns a Sender that sends over a connection, which it closes when its agent
// ends: for a Config.Connect that chooses among endpoints, or looks at what is sent.
func HTTPSender(conn *endpoint.Conn) trajectory.Sender { return httpSender{conn} }

type httpSender struct{ conn *endpoint.Conn }

func (s httpSender) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	return s.conn.Send(ctx, r.Session, r.Body, clock)
}

func (s httpSender) Close() error {
	s.conn.Close()
	return nil
}
