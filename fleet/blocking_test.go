package fleet

import (
	"errors"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// A transport that does not read holds up what goes to one worker, and the leases of no other.
func TestTransportThatBlocks(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		x.c.Close()
		for _, p := range x.workers {
			p.stop()
		}
		blocked := make(chan struct{})
		conn := &blockingConn{Conn: x.hub.Conn(bus.Controller), to: bus.To(DefaultFleet, "w1"), blocked: blocked}
		x.begin("w0", WorkerConfig{})
		x.begin("w1", WorkerConfig{})
		c, err := NewController(x.t.Context(), Config{Workers: 2, conn: conn, Logger: x.log})
		if err != nil {
			t.Fatal(err)
		}
		x.c = c
		x.after(5*time.Second, func() {
			close(blocked)
			time.Sleep(DefaultLease + 3*time.Second)
			if n := x.sentBy("w0"); n == 0 || time.Since(x.latestOf("w1")) < 2*time.Second {
				t.Errorf("w1 goes on without its controller")
			}
		})
		p := x.invalid("worker w1 has left the phase: nothing was heard of the controller")
		for _, r := range p.Rows {
			if p.Owners[r.Agent] == 0 && r.Outcome == record.Local {
				t.Error("w0 has lost its lease")
			}
		}
	})
}

// A worker whose transport neither reads nor brings anything stops by the end of its lease.
func TestWorkerThatBlocks(t *testing.T) {
	try(t, 1, nil, func(x *trial) {
		blocked := make(chan struct{})
		x.begin("w1", WorkerConfig{conn: &blockingConn{Conn: x.hub.Conn("w1"), to: bus.From(DefaultFleet, "w1"), blocked: blocked}})
		x.c.Close()
		x.workers["w0"].stop()
		x.begin("w0", WorkerConfig{})
		x.c = x.controller(2)
		x.after(5*time.Second, func() {
			close(blocked)
			x.hub.Cut("w1")
			time.Sleep(DefaultLease + cutting)
			if n := x.engine.Stats().Active; n > 0 {
				t.Errorf("%d requests are open", n)
			}
		})
		x.invalid("nothing was heard of worker w1")
	})
}

// blockingConn is a Conn that takes 5 s for each message to one worker, once it is blocked.
type blockingConn struct {
	bus.Conn
	to      string
	blocked chan struct{}
}

func (c *blockingConn) Publish(subject string, data []byte) error {
	if message, _ := wire.Decode(data); message != nil && subject == c.to {
		select {
		case <-c.blocked:
			time.Sleep(5 * time.Second)
			return errors.New("the transport does not read")
		default:
		}
	}
	return c.Conn.Publish(subject, data)
}
