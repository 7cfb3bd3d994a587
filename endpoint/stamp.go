package endpoint

import (
	"net"
	"sync/atomic"
	"time"
)

// reads remembers when the latest network read with data returned.
type reads struct {
	latest atomic.Pointer[time.Time]
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
	var began time.Time
	if c.full {
		began = time.Now()
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		now := time.Now()
		if !c.full || now.Sub(began) > atOnce {
			c.reads.latest.Store(&now)
		}
		c.full = n == len(p)
	}
	return n, err
}
