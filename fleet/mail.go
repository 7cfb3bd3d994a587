package fleet

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// mail is what waits to be sent to a worker. A goroutine of its own sends it, since a publish may
// wait for a transport that does not read, and nobody else's lease may wait for that. Its fields
// are guarded by the lock of the controller.
type mail struct {
	due   bool  // the order, as it stands when it is sent
	other []any // messages beside orders
	wake  chan struct{}
}

// mostMail bounds the messages that wait for a worker, which are said again if they are lost.
const mostMail = 64

// say has the order of a worker sent. The caller holds the lock.
func (c *Controller) say(m *member) {
	m.mail.due = true
	c.wake(m)
}

// tell has a message sent to a worker. The caller holds the lock.
func (c *Controller) tell(m *member, message any) {
	if len(m.mail.other) < mostMail {
		m.mail.other = append(m.mail.other, message)
	}
	c.wake(m)
}

func (c *Controller) wake(m *member) {
	if m.mail.wake == nil {
		m.mail.wake = make(chan struct{}, 1)
		c.posts.Go(func() { c.post(m) })
	}
	select {
	case m.mail.wake <- struct{}{}:
	default:
	}
}

// post sends what waits for a worker, until the controller ends.
func (c *Controller) post(m *member) {
	for {
		select {
		case <-m.mail.wake:
			c.deliver(m)
		case <-c.ends:
			c.deliver(m)
			return
		}
	}
}

func (c *Controller) deliver(m *member) {
	c.mu.Lock()
	messages := m.mail.other
	if m.mail.due {
		order := m.order
		messages = append(messages, &order)
	}
	m.mail.other, m.mail.due = nil, false
	c.mu.Unlock()
	for _, message := range messages {
		c.publish(m.name, message)
	}
}

// publish sends a message. One that is lost is said again, so its error is of no interest.
func (c *Controller) publish(worker string, message any) {
	switch message := message.(type) {
	case *wire.Order:
		message.N = c.said.Add(1)
	case *wire.Ping:
		c.mu.Lock()
		c.pings[message.N] = ping{worker, time.Now()}
		c.mu.Unlock()
	}
	data, err := wire.Encode(message)
	if err == nil {
		err = c.conn.Publish(bus.To(c.cfg.Fleet, worker), data)
	}
	if err != nil {
		c.cfg.Logger.Debug("a message was not sent", "worker", worker, "err", err)
	}
}

// fits returns an error for a plan that is too long for a message: it would never arrive.
func fits(p *wire.Plan) error {
	data, err := wire.Encode(p)
	if err == nil && len(data) > bus.MaxMessage {
		err = fmt.Errorf("it takes %d bytes, where a message has %d: assign trajectories to fewer agents", len(data), bus.MaxMessage)
	}
	if err != nil {
		return fmt.Errorf("fleet: the plan cannot be sent: %w", err)
	}
	return nil
}
