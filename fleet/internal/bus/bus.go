// Package bus is what the controller and the workers of a fleet need of a transport: named
// subjects, at most once. Acknowledging and sending again is up to the messages.
//
//	conn.Subscribe(bus.To("default", "rack-7"), func(subject string, data []byte) { ... })
//	err := conn.Publish(bus.From("default", "rack-7"), data)
package bus

import "errors"

// MaxMessage is the largest message in bytes: what nats-server allows unless it is told
// otherwise, so that one that is there already needs no other setting.
const MaxMessage = 1 << 20

// ErrClosed is the error of a [Conn] that was closed.
var ErrClosed = errors.New("the connection to the fleet is closed")

// A Conn is one party's connection. Its methods may be called at any time by any
// goroutine, also from within the function of a subscription.
type Conn interface {
	// Publish sends a message to all who are subscribed to its subject, this Conn
	// among them, at most once. It does not wait for its delivery, and keeps no
	// reference to data. An error means that the message certainly was not sent; nil
	// does not mean that it arrives.
	Publish(subject string, data []byte) error

	// Subscribe has f called with each message to a subject that is published after it
	// returned, until Close. A token * stands for any one token. While the Conn has no
	// connection, the subscription is made as soon as it has one.
	//
	// Within a subscription f is called one message at a time, those of a publisher in
	// its order; no subscription waits for another. The data belongs to f.
	Subscribe(subject string, f func(subject string, data []byte)) error

	// Close ends the connection, after what was published is on its way. No call of f
	// begins after it but those about to begin.
	Close()
}
