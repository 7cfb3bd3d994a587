package endpoint

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// bodies are the readers of one request's segments, more than one when the
// transport had to begin again.
type bodies struct {
	segments [][]byte
	readers  []*body
}

// reader returns a reader of the segments from the start.
func (b *bodies) reader() *body {
	r := &body{segments: b.segments}
	b.readers = append(b.readers, r)
	return r
}

// release takes the segments back: nothing reads them after it returns. It does not
// rely on the transport to close its readers, which it may not do on HTTP/2.
func (b *bodies) release() {
	for _, r := range b.readers {
		r.Close()
	}
}

// body reads the segments of a request body in order without joining them. The
// transport reads it in a goroutine of its own.
type body struct {
	mu       sync.Mutex
	segments [][]byte
	offset   int
	closed   bool
	writing  net.Conn      // to which the segments are being written
	written  chan struct{} // closed when they have been
}

var errReleased = errors.New("endpoint: the request is over")

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, errReleased
	}
	n := 0
	for n < len(p) && len(b.segments) > 0 {
		k := copy(p[n:], b.segments[0][b.offset:])
		n += k
		if b.offset += k; b.offset == len(b.segments[0]) {
			b.segments, b.offset = b.segments[1:], 0
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// left returns the number of unread bytes.
func (b *body) left() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return size(b.segments) - int64(b.offset)
}

// sendTo writes the unread rest to a connection, uncopied and in as few system calls as
// possible.
func (b *body) sendTo(conn net.Conn) (int64, error) {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return 0, errReleased
	}
	// A copy, since writing shortens its elements.
	left := append(net.Buffers(nil), b.segments...)
	if len(left) > 0 {
		left[0] = left[0][b.offset:]
	}
	b.segments, b.offset = nil, 0
	b.writing, b.written = conn, make(chan struct{})
	b.mu.Unlock()

	n, err := writeAll(conn, left)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writing = nil
	close(b.written)
	if b.closed && err == nil {
		conn.SetWriteDeadline(time.Time{}) // Close was too late to break it off
	}
	return n, err
}

// perWrite is how many segments one system call writes. Each connection, and so each
// agent, keeps a list of that length.
const perWrite = 64

func writeAll(conn net.Conn, left net.Buffers) (n int64, err error) {
	for len(left) > 0 && err == nil {
		some := left[:min(perWrite, len(left))]
		left = left[len(some):]
		var k int64
		k, err = some.WriteTo(conn)
		n += k
	}
	return n, err
}

// Close takes the segments back. It breaks off a write to a server that has answered
// without reading them.
func (b *body) Close() error {
	b.mu.Lock()
	b.closed, b.segments = true, nil
	conn, written := b.writing, b.written
	if conn != nil {
		conn.SetWriteDeadline(time.Unix(1, 0)) // long past
	}
	b.mu.Unlock()
	if conn != nil {
		<-written
	}
	return nil
}

func size(segments [][]byte) (n int64) {
	for _, s := range segments {
		n += int64(len(s))
	}
	return n
}
