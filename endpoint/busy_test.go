package endpoint

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
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
		c := stampedConn{Conn: &busyConn{each: 100 * time.Microsecond}, reads: &r}
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
