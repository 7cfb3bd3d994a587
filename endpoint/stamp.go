package endpoint

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// reads records when the latest network read with data returned, as the time since an
// instant, so that no stamp is allocated.
type reads struct {
	since  time.Time
	latest atomic.Int64 // nanoseconds since, and one more; 0 before the first
	before atomic.Int64 // the last stamp before the burst of the latest
	bytes  atomic.Int64 // of that burst
}

func (r *reads) now() time.Duration { return time.Since(r.since) }

// wellBefore is the gap between network reads of two bursts.
const wellBefore = 5 * time.Millisecond

// returned records a read of n bytes with a stamp of its own.
func (r *reads) returned(at time.Duration, n int) {
	latest := r.latest.Load()
	if latest != 0 && at+1-time.Duration(latest) > wellBefore {
		r.before.Store(latest)
		r.bytes.Store(0)
	}
	r.latest.Store(int64(at) + 1)
	r.bytes.Add(int64(n))
}

// stamp returns when the latest read returned. ok is false before the first.
func (r *reads) stamp() (t time.Time, ok bool) {
	at := r.latest.Load()
	if at == 0 {
		return time.Time{}, false
	}
	return r.since.Add(time.Duration(at - 1)), true
}

// stampedConn stamps its reads: the moment at which a parser sees the data depends on
// the scheduler too.
type stampedConn struct {
	net.Conn
	arrivals
}

// arrivals are the reads of one connection.
type arrivals struct {
	reads *reads
	full  bool          // the read before filled its buffer: more may have been waiting
	last  time.Duration // stamp of that read
}

// atOnce is the longest time of a read that found its data waiting. Such data arrived
// with the read before and did not fit its buffer. It shares that read's stamp: otherwise
// a burst larger than the buffer would look like a fast stream.
const atOnce = 200 * time.Microsecond

// oneBurst bounds how long such reads share a stamp: a client that cannot keep up with
// its server always finds data waiting.
const oneBurst = 10 * time.Millisecond

func (c *stampedConn) Read(p []byte) (int, error) {
	began := c.begins()
	n, err := c.Conn.Read(p)
	c.returned(began, n, len(p))
	return n, err
}

// begins is called before a read.
func (a *arrivals) begins() (began time.Duration) {
	if a.full {
		began = a.reads.now()
	}
	return began
}

// returned stamps a read of n bytes, of at most room, that began then.
func (a *arrivals) returned(began time.Duration, n, room int) {
	if n <= 0 {
		return
	}
	now := a.reads.now()
	switch waited := !a.full || now-began > atOnce; {
	case waited:
		a.reads.returned(now, n)
		a.last = now
	case now-a.last > oneBurst: // it is the client that is late
		a.reads.latest.Store(int64(now) + 1)
		a.reads.bytes.Add(int64(n))
		a.last = now
	default:
		a.reads.bytes.Add(int64(n))
	}
	a.full = n == room
}

// answerWait is the time allowed for reading an answer whose server stopped reading the
// request.
const answerWait = 50 * time.Millisecond

// ReadFrom is how the transport sends a body. It writes the segments of ours to the
// socket directly instead of copying them through a buffer.
func (c *stampedConn) ReadFrom(r io.Reader) (int64, error) {
	if limited, ok := r.(*io.LimitedReader); ok {
		if b, ok := limited.R.(*body); ok && limited.N >= b.left() {
			switch c.Conn.(type) {
			case *net.TCPConn, *net.UnixConn:
				n, err := b.sendTo(c.Conn)
				if err != nil && isLost(err) {
					// The transport drops an answer that came before it learns of this,
					// such as a 429 of a server that reads no further.
					time.Sleep(answerWait)
				}
				return n, err
			}
		}
	}
	return io.Copy(struct{ io.Writer }{c.Conn}, r)
}
