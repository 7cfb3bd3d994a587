// Package bustest holds what every [bus.Conn] must do.
package bustest

import (
	"testing"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
)

// Fleet and Worker are the names for which [Run] needs permissions.
const (
	Fleet  = "test"
	Worker = "b"
)

var to, from = bus.To(Fleet, Worker), bus.From(Fleet, Worker)

type message struct {
	subject string
	data    []byte
}

// Run tests the connections that dial makes: a of the controller of [Fleet], which may do
// everything below agentperf.test, and b of its [Worker], which may subscribe to what is to
// it and publish what is from it.
func Run(t *testing.T, dial func() (a, b bus.Conn)) {
	for _, test := range []struct {
		name string
		f    func(t *testing.T, a, b bus.Conn)
	}{
		{"order", order},
		{"wildcard", wildcard},
		{"others", others},
		{"big", big},
		{"owned", owned},
		{"apart", apart},
		{"closed", closed},
		{"last words", lastWords},
		{"refused", refused},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := dial()
			defer a.Close()
			defer b.Close()
			test.f(t, a, b)
		})
	}
}

// subscribe returns what arrives, of which there is room for a thousand messages.
func subscribe(t *testing.T, c bus.Conn, subject string) <-chan message {
	t.Helper()
	got := make(chan message, 1000)
	if err := c.Subscribe(subject, func(subject string, data []byte) { got <- message{subject, data} }); err != nil {
		t.Fatal(err)
	}
	return got
}

func publish(t *testing.T, c bus.Conn, subject, data string) {
	t.Helper()
	if err := c.Publish(subject, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, got <-chan message, subject, data string) {
	t.Helper()
	if m := <-got; m.subject != subject || string(m.data) != data {
		t.Fatalf("got %.40q on %s, want %.40q on %s", m.data, m.subject, data, subject)
	}
}
