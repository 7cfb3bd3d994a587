package endpoint

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// reads remembers when the latest network read with data returned: as the time since
// an instant, so that no stamp is allocated.
type reads struct {
	since  time.Time
	latest atomic.Int64 // nanoseconds since, and one more; 0 before the first
}

func (r *reads) now() time.Duration { return time.Since(r.since) }

func (r *reads) returned(at time.Duration) { r.latest.Store(int64(at) + 1) }

// stamp returns when the latest read returned. ok is false when none has.
func (r *reads) stamp() (t time.Time, ok bool) {
	at := r.latest.Load()
	if at == 0 {
		return time.Time{}, false
	}
	return r.since.Add(time.Duration(at - 1)), true
}

// stampedConn stamps its reads. The stamp belongs to the read and not to the
// moment a parser gets round to it, since by then the scheduler has had its say.
type stampedConn struct {
	net.Conn
	reads *reads
	full  bool // the read before filled its buffer: more may have been waiting
}

// atOnce is how soon a read returns that found its data waiting. Such data had
// arrived with the read before and only did not fit its buffer: it shares that
// stamp, or a burst larger than the buffer would pass for a fast stream.
const atOnce = 50 * time.Microsecond

func (c *stampedConn) Read(p []byte) (int, error) {
	var began time.Duration
	if c.full {
		began = c.reads.now()
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		now := c.reads.now()
		if !c.full || now-began > atOnce {
			c.reads.returned(now)
		}
		c.full = n == len(p)
	}
	return n, err
}

// ReadFrom is how the transport sends a body. Ours goes to a TCP connection in its
// segments, as it is, and not through a buffer in pieces.
func (c *stampedConn) ReadFrom(r io.Reader) (int64, error) {
	if limited, ok := r.(*io.LimitedReader); ok {
		if b, ok := limited.R.(*body); ok && limited.N >= b.left() {
			if tcp, ok := c.Conn.(*net.TCPConn); ok {
				return b.sendTo(tcp)
			}
		}
	}
	return io.Copy(struct{ io.Writer }{c.Conn}, r)
}
