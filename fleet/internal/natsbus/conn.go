package natsbus

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/nats-io/nats.go"
)

type conn struct {
	nc     *nats.Conn
	logger *slog.Logger
}

func (c *conn) Publish(subject string, data []byte) error {
	if err := bus.CheckPublish(subject, data); err != nil {
		return err
	}
	err := c.nc.Publish(subject, data)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, nats.ErrConnectionClosed):
		return bus.ErrClosed
	case errors.Is(err, nats.ErrReconnectBufExceeded):
		return errors.New("there is no connection to the broker now")
	case errors.Is(err, nats.ErrMaxPayload):
		return fmt.Errorf("a message of %d bytes to %s: the broker takes %d at most: set its max_payload to %d", len(data), subject, c.nc.MaxPayload(), bus.MaxMessage)
	}
	// A write that failed, which may have sent the message nonetheless.
	c.logger.Warn("broker", "subject", subject, "error", err)
	return nil
}

func (c *conn) Subscribe(subject string, f func(subject string, data []byte)) error {
	if err := bus.CheckSubject(subject, true); err != nil {
		return err
	}
	sub, err := c.nc.Subscribe(subject, func(m *nats.Msg) { f(m.Subject, m.Data) })
	if err != nil {
		return c.translate(subject, err)
	}
	if err := sub.SetPendingLimits(-1, maxPending); err != nil {
		return c.translate(subject, err)
	}
	// The answer to a ping is behind that to the subscription. Where the connection is
	// lost, the next one begins with the subscriptions.
	if !c.nc.IsConnected() {
		return nil
	}
	if err := c.nc.FlushTimeout(timeout); err != nil && c.nc.IsClosed() {
		return bus.ErrClosed
	}
	if err := c.nc.LastError(); errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), `"`+subject+`"`) {
		_ = sub.Unsubscribe()
		return fmt.Errorf("the broker does not let this client subscribe to %s", subject)
	}
	return nil
}

func (c *conn) translate(subject string, err error) error {
	if errors.Is(err, nats.ErrConnectionClosed) || c.nc.IsClosed() {
		return bus.ErrClosed
	}
	return fmt.Errorf("subscribing to %s: %w", subject, err)
}

func (c *conn) Close() { c.nc.Close() }
