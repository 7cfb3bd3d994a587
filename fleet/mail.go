package fleet

import (
	"fmt"

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

// put adds a message to what waits; nil is the order. It is sent by run, which start begins if
// it does not run yet.
func (m *mail) put(message any, start func()) {
	switch {
	case message == nil:
		m.due = true
	case len(m.other) < mostMail:
		m.other = append(m.other, message)
	}
	if m.wake == nil {
		m.wake = make(chan struct{}, 1)
		start()
	}
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// take takes out what waits.
func (m *mail) take() (due bool, other []any) {
	due, other = m.due, m.other
	m.due, m.other = false, nil
	return due, other
}

// run has what waits delivered until ends is closed, and then once more.
func (m *mail) run(ends <-chan struct{}, deliver func()) {
	for {
		select {
		case <-m.wake:
			deliver()
		case <-ends:
			deliver()
			return
		}
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
