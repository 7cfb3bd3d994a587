package transports

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// broker starts a nats-server on a port of loopback; 0 is any.
func broker(tb testing.TB, o server.Options) *server.Server {
	tb.Helper()
	o.Host, o.NoLog, o.NoSigs = "127.0.0.1", true, true
	if o.Port == 0 {
		o.Port = server.RANDOM_PORT
	}
	b, err := server.NewServer(&o)
	if err != nil {
		tb.Fatal(err)
	}
	go b.Start()
	tb.Cleanup(func() { stop(b) })
	if !b.ReadyForConnections(patience) {
		tb.Fatal("the broker does not start")
	}
	return b
}

func stop(b *server.Server) {
	b.Shutdown()
	b.WaitForShutdown()
}

// users are a receiver and one for each sender, who may do nothing but send batches as
// itself and get its own acknowledgments.
func users() []*server.User {
	list := []*server.User{{Username: "receiver", Password: "receiver"}}
	for i := range senders {
		name := strconv.Itoa(i)
		list = append(list, &server.User{Username: name, Password: name, Permissions: &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{"from." + name}},
			Subscribe: &server.SubjectPermission{Allow: []string{"to." + name}},
		}})
	}
	return list
}

// join connects a user to the broker.
func join(tb testing.TB, b *server.Server, user string, options ...nats.Option) *nats.Conn {
	tb.Helper()
	options = append(options, nats.UserInfo(user, user), nats.Timeout(patience))
	conn, err := nats.Connect(b.ClientURL(), options...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(conn.Close)
	return conn
}

// startNATS publishes batches, and acknowledgments the other way. In process, the receiver is
// where the broker is, without a socket between them.
func startNATS(inProcess bool) func(tb testing.TB, in *inbox) func(s *sender) (link, error) {
	return func(tb testing.TB, in *inbox) func(s *sender) (link, error) {
		b := broker(tb, server.Options{Users: users()})
		var options []nats.Option
		if inProcess {
			options = append(options, nats.InProcessServer(b))
		}
		receiveNATS(tb, join(tb, b, "receiver", options...), in)
		return func(s *sender) (link, error) { return joinNATS(tb, b, s) }
	}
}

// receiveNATS takes and acknowledges what senders publish.
func receiveNATS(tb testing.TB, conn *nats.Conn, in *inbox) {
	tb.Helper()
	sub, err := conn.Subscribe("from.*", func(m *nats.Msg) {
		if sender, seq, err := in.take(m.Data); err == nil {
			conn.Publish("to."+strconv.Itoa(sender), ack(seq))
		}
	})
	if err == nil {
		err = sub.SetPendingLimits(-1, -1) // the window is the limit
	}
	if err == nil {
		err = conn.Flush() // the broker knows of the subscription
	}
	if err != nil {
		tb.Fatal(err)
	}
}

func joinNATS(tb testing.TB, b *server.Server, s *sender, options ...nats.Option) (natsLink, error) {
	name := strconv.Itoa(s.number)
	conn := join(tb, b, name, options...)
	_, err := conn.Subscribe("to."+name, func(m *nats.Msg) {
		if len(m.Data) != 8 {
			s.acked(0, fmt.Errorf("% x, want a number of 8 bytes", m.Data))
			return
		}
		s.acked(binary.BigEndian.Uint64(m.Data), nil)
	})
	if err != nil {
		return natsLink{}, err
	}
	return natsLink{conn, "from." + name}, conn.Flush()
}

type natsLink struct {
	conn    *nats.Conn
	subject string
}

func (l natsLink) send(batch []byte) error { return l.conn.Publish(l.subject, batch) }
func (l natsLink) flush() error            { return nil } // nats.go does so itself
