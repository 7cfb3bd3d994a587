package endpoint

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
)

// mostBehind is how much of an answer is kept for a client that reads late: twice the
// longest event, and more than any model writes within 16,384 tokens as events.
const mostBehind = 8 << 20

// A backlog is the body of a response that another goroutine reads and writes into it.
type backlog struct {
	body   io.Closer // of the response
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	changed sync.Cond
	unread  []byte
	err     error // after unread; nil while more may come
	closed  bool  // by the client
	gone    bool  // nobody is waited for
}

var errClosed = errors.New("the client closed the answer")

func newBacklog(body io.Closer, cancel context.CancelCauseFunc) *backlog {
	b := &backlog{body: body, cancel: cancel}
	b.changed.L = &b.mu
	return b
}

// Write keeps p. It waits while too much is unread.
func (b *backlog) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.unread) >= mostBehind && !b.closed && !b.gone {
		b.changed.Wait()
	}
	if !b.closed {
		b.unread = append(b.unread, p...)
		b.changed.Broadcast()
	}
	return len(p), nil
}

// finish says that nothing follows, because of err; nil is a proper end.
func (b *backlog) finish(err error) {
	if err == nil {
		err = io.EOF
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
	b.changed.Broadcast()
}

// abandon ends waiting for the client.
func (b *backlog) abandon() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone = true
	b.changed.Broadcast()
}

// Read is the client's.
func (b *backlog) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.unread) == 0 && b.err == nil && !b.closed && len(p) > 0 {
		b.changed.Wait()
	}
	switch {
	case b.closed:
		return 0, http.ErrBodyReadAfterClose
	case len(b.unread) == 0 && len(p) > 0:
		return 0, b.err
	}
	n := copy(p, b.unread)
	if b.unread = b.unread[n:]; len(b.unread) == 0 {
		b.unread = nil
	}
	b.changed.Broadcast()
	return n, nil
}

// Close is the client's.
func (b *backlog) Close() error {
	b.mu.Lock()
	b.closed, b.unread = true, nil
	b.changed.Broadcast()
	b.mu.Unlock()
	b.cancel(errClosed)
	return b.body.Close()
}
