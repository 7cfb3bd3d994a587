package main

import (
	"context"
	"net"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/instant"
	"github.com/agentperf/agentperf-go/metrics"
)

// gapShards is how many histograms of gaps the streams share, as agents do.
const gapShards = 16

// ours returns the reader under test: this library's client.
func ours(client *endpoint.Client) reader {
	return reader{
		name: "endpoint.Conn.Stream",
		what: "this library's client: HTTP, SSE, checked JSON, clock, histogram of gaps",
		read: func(ctx context.Context, s *slice) error {
			gaps := make([]metrics.Gaps, gapShards)
			return s.spawn(ctx, func(ctx context.Context, st *stream) error {
				conn := client.Conn()
				defer conn.Close()
				return st.replay(ctx, conn, &gaps[st.index%gapShards])
			})
		},
	}
}

// replay sends request after request until ctx ends.
func (s *stream) replay(ctx context.Context, conn *endpoint.Conn, gaps *metrics.Gaps) error {
	var clock metrics.Clock
	first := func(time.Time) { s.up() }
	for {
		if !instant.SleepUntil(ctx, s.due) {
			return nil
		}
		clock = metrics.Clock{Gaps: gaps, First: first}
		clock.Due(s.due)
		clock.Window(s.slice.plan.from, s.slice.plan.until)
		session, body := s.next()
		_, err := conn.Stream(ctx, session, body, &clock)
		s.take(session, clock.Timing(), err == nil)
		if err != nil {
			return err
		}
		s.due = time.Now().Add(s.slice.plan.period)
	}
}

// take adds what the clock of a request recorded.
func (s *stream) take(session string, t metrics.Timing, complete bool) {
	if s.slice.plan.within(t.Due) {
		s.tally.late = append(s.tally.late, float64(t.Lateness)/float64(time.Microsecond))
	}
	s.tally.events += int64(t.Within.Events)
	if t.Events > 0 {
		s.arrived(session, t.Sent.Add(t.First), t.Sent.Add(t.Last), complete)
	}
}

// dial connects so that the end of a slice leaves no port in TIME_WAIT behind.
func dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, addr)
	if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
		err = tcp.SetLinger(0)
	}
	return conn, err
}
