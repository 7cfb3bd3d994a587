package transports

import (
	"encoding/binary"
	"net"
	"testing"
)

// A transport carries batches to an inbox, and acknowledgments back.
type transport struct {
	name    string
	ordered bool // by itself: batches of a sender arrive in the order in which it sent them
	// start starts the receiver, and what stands between, until the test ends. Its result
	// connects a sender.
	start func(tb testing.TB, in *inbox) func(s *sender) (link, error)
}

var all = []transport{
	{"tcp", true, startTCP},
	{"nats", true, startNATS(false)},
	{"nats-inprocess", true, startNATS(true)},
	{"jetstream-memory", true, startJetStream(memory)},
	{"jetstream-file", true, startJetStream(file)},
	{"grpc", true, startGRPC},
	{"http2", false, startHTTP(true)},
	{"http1", false, startHTTP(false)},
}

// connect starts the transport and connects all senders to it.
func (t transport) connect(tb testing.TB, in *inbox, records int) (list []*sender) {
	tb.Helper()
	connect := t.start(tb, in)
	for i := range senders {
		s := newSender(i, records)
		var err error
		if s.link, err = connect(s); err != nil {
			tb.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

func listen(tb testing.TB) net.Listener {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// ack is an acknowledgment as bytes.
func ack(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }
