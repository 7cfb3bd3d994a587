package transports

import (
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// What is published while the broker restarts gets lost, although every Publish returned nil
// and every client came back by itself. With acknowledgments of the receiver's own, sending
// again and dropping copies, nothing does.
func TestPlainPublishLoses(t *testing.T) {
	// Usually hundreds of batches are lost. It can happen that none was on its way and that the
	// receiver was the first to come back.
	const tries = 5
	lost := 0
	for try := 1; lost == 0 && try <= tries; try++ {
		sent, in := restarted(t, publishing)
		lost = sent - in.arrived
		t.Logf("published only: %d of %d batches lost", lost, sent)
	}
	if lost == 0 {
		t.Errorf("plain publish lost nothing in %d restarts: it is no control", tries)
	}
	sent, in := restarted(t, acknowledged)
	t.Logf("acknowledged and sent again: %d batches, %d copies", sent, in.again)
	if in.delivered != sent || in.arrived != sent {
		t.Errorf("acknowledged and sent again: %d batches sent, %d arrived, %d delivered", sent, in.arrived, in.delivered)
	}
}

// A way is how one sender sends until enough is closed, and some more after that. It returns
// how many batches it sent.
type way func(s *sender, enough <-chan struct{}) (int, error)

// more is how many batches follow when all clients are back: the stream goes on.
const more = 10 * window

// publishing only publishes, at most some 8,000 batches a second, so that a restart that takes
// a second fits into the client's buffer (8 MB).
func publishing(s *sender, enough <-chan struct{}) (sent int, err error) {
	batch := newBatch(1)
	for end := -1; sent != end; {
		fill(batch, s.number, uint64(sent))
		if s.link.send(batch) != nil {
			return sent, nil // so the sender knows, and that is no loss
		}
		if sent++; sent%window != 0 || end >= 0 {
			continue
		}
		select {
		case <-enough:
			end = sent + more
		case <-time.After(time.Millisecond):
		}
	}
	return sent, nil
}

// acknowledged keeps what is not acknowledged, and sends it again.
func acknowledged(s *sender, enough <-chan struct{}) (sent int, err error) {
	s.filled = true
	done := make(chan struct{})
	var again sync.WaitGroup
	defer again.Wait()
	defer close(done)
	again.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * soon): // once or more in an outage
				s.resend()
			}
		}
	})
	timeout := time.After(patience)
	for end := -1; sent != end; sent++ {
		if err := s.send(timeout); err != nil {
			return sent, err
		}
		select {
		case <-enough:
			if end < 0 {
				end = sent + more
			}
		default:
		}
	}
	return sent, s.wait(timeout)
}

// resend sends what is not acknowledged once more. Errors do not matter: it is tried again.
func (s *sender) resend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.slots {
		if s.slots[i].used {
			s.link.send(s.slots[i].batch)
		}
	}
}

// soon is how long a client waits before it tries to connect again: long enough not to spin.
const soon = 10 * time.Millisecond

// restarted runs all senders while the broker is stopped and started again on its port. It
// returns how many batches were sent, and the inbox when nothing more can come.
func restarted(t *testing.T, send way) (sent int, in *inbox) {
	t.Helper()
	back, closed := make(chan struct{}, 1), make(chan struct{})
	options := []nats.Option{
		nats.MaxReconnects(-1), nats.ReconnectWait(soon), nats.ReconnectJitter(soon, soon),
		nats.ReconnectHandler(func(*nats.Conn) {
			select {
			case back <- struct{}{}:
			default:
			}
		}),
	}
	b := broker(t, server.Options{Users: users()})
	in = newInbox(senders*10*window, func(sender int, seq uint64, batch []byte) {
		if err := check(batch, sender, seq, 1); err != nil {
			t.Error(err)
		}
	})
	receiver := join(t, b, "receiver", append(options, nats.ClosedHandler(func(*nats.Conn) { close(closed) }))...)
	receiveNATS(t, receiver, in)
	clients := []*nats.Conn{receiver}
	var list []*sender
	for i := range senders {
		s := newSender(i, 1)
		l, err := joinNATS(t, b, s, options...)
		if err != nil {
			t.Fatal(err)
		}
		s.link = l
		list, clients = append(list, s), append(clients, l.conn)
	}

	type result struct {
		sent int
		err  error
	}
	enough, results := make(chan struct{}), make(chan result, senders)
	for _, s := range list {
		go func() {
			sent, err := send(s, enough)
			results <- result{sent, err}
		}()
	}
	await(t, in.full, "the stream flows")
	port := b.Addr().(*net.TCPAddr).Port
	stop(b)
	b = broker(t, server.Options{Users: users(), Port: port})
	for _, c := range clients {
		for c.ConnectedServerId() != b.ID() {
			await(t, back, "a client is back")
		}
	}
	errs := receiver.Flush() // the broker knows of the subscription again
	close(enough)
	for range list {
		r := <-results
		sent += r.sent
		errs = errors.Join(errs, r.err)
	}
	// What was published and not lost is with the broker, then with the receiver, then taken.
	for _, c := range clients[1:] {
		errs = errors.Join(errs, c.Flush())
	}
	if errs = errors.Join(errs, receiver.Drain()); errs != nil {
		t.Fatal(errs)
	}
	await(t, closed, "everything is taken")
	return sent, in
}

func await(t *testing.T, c <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatal("waited in vain until " + what)
	}
}
