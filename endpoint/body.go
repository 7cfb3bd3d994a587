package endpoint

import (
	"io"
	"sync"
)

// body reads the segments of a request body one after the other, without
// joining them. closed tells when the transport has let go of them.
type body struct {
	segments [][]byte
	offset   int
	once     sync.Once
	closed   chan struct{}
}

func newBody(segments [][]byte) *body {
	return &body{segments: segments, closed: make(chan struct{})}
}

func (b *body) Read(p []byte) (int, error) {
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
	b.once.Do(func() { close(b.closed) })
	return nil
}

func size(segments [][]byte) (n int64) {
	for _, s := range segments {
		n += int64(len(s))
	}
	return n
}
