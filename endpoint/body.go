package endpoint

import (
	"io"
	"sync"
)

// bodies are the readers of one request's segments, more than one when the
// transport had to begin again. The segments are the caller's again when all
// have been closed.
type bodies struct {
	segments [][]byte
	open     sync.WaitGroup
}

// reader returns a reader of the segments from the start.
func (b *bodies) reader() *body {
	b.open.Add(1)
	return &body{segments: b.segments, closed: b.open.Done}
}

// body reads the segments of a request body one after the other, without
// joining them.
type body struct {
	segments [][]byte
	offset   int
	once     sync.Once
	closed   func()
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
	b.once.Do(b.closed)
	return nil
}

func size(segments [][]byte) (n int64) {
	for _, s := range segments {
		n += int64(len(s))
	}
	return n
}
