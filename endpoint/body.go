package endpoint

import (
	"errors"
	"io"
	"sync"
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

// release takes the segments back: nothing reads them after it returns. It does
// not wait for the transport to close its readers, which on HTTP/2 it may
// forget to do.
func (b *bodies) release() {
	for _, r := range b.readers {
		r.Close()
	}
}

// body reads the segments of a request body one after the other, without
// joining them. The transport reads it in a goroutine of its own.
type body struct {
	mu       sync.Mutex
	segments [][]byte
	offset   int
	closed   bool
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

func (b *body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.segments = true, nil
	return nil
}

func size(segments [][]byte) (n int64) {
	for _, s := range segments {
		n += int64(len(s))
	}
	return n
}
