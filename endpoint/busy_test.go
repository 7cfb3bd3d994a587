package endpoint

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// busyConn always has data waiting.
type busyConn struct {
	net.Conn
	each time.Duration // it takes to read them
}

func (c *busyConn) Read(p []byte) (int, error) {
	time.Sleep(c.each)
	return len(p), nil
}

// What was waiting when a read returned shares its stamp, but not for ever: a client that
// cannot keep up would stamp what comes with the time at which it fell behind.
func TestBusyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := reads{since: time.Now()}
		c := stampedConn{&busyConn{each: 100 * time.Microsecond}, arrivals{reads: &r}}
		stamps := make(map[time.Time]bool)
		for range 400 { // 40 ms
			c.Read(make([]byte, 10))
			at, _ := r.stamp()
			stamps[at] = true
			if lag := time.Since(at); lag > oneBurst {
				t.Fatalf("a read is stamped %v too early", lag)
			}
		}
		if len(stamps) != 4 {
			t.Errorf("%d stamps in 40 ms, want 4", len(stamps))
		}
	})
}

// lateBody hands out events one at a time, a second after each other, without a read
// of the network.
type lateBody []string

func (b *lateBody) Read(p []byte) (int, error) {
	if len(*b) == 0 {
		return 0, io.EOF
	}
	time.Sleep(time.Second)
	n := copy(p, (*b)[0])
	*b = (*b)[1:]
	return n, nil
}

// A stamp is that of the network read, however late what it brought is parsed.
func TestStampIsOfTheRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := New(Config{URL: "http://mem"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, dog := watch(t.Context(), time.Hour, time.Hour)
		defer dog.stop()
		var clock metrics.Clock
		s := stream{conn: client.Conn(), dog: dog, clock: &clock, response: new(Response)}
		clock.Sent(time.Now())
		time.Sleep(time.Minute)
		s.conn.reads.returned(s.conn.reads.now(), 1000)
		event := "data: " + chunkHead + `{"index":0,"delta":{"content":"x"}}]}` + "\n\n"
		s.read(&lateBody{event, event, event + "data: " + chunkHead + `{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n"})
		if err := s.verdict(ctx, io.EOF, nil); err != nil {
			t.Fatal(err)
		}
		if got := clock.Timing(); got.FirstEvents != 3 || got.Events != 3 || got.First != time.Minute || got.Last != time.Minute {
			t.Errorf("%d of %d events share the first stamp, from %v to %v after sending", got.FirstEvents, got.Events, got.First, got.Last)
		}
	})
}
