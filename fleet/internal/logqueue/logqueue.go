// Package logqueue keeps whoever logs from waiting for the log: for a terminal that is held, or a
// pipe that nobody reads.
package logqueue

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// most bounds the records that wait, some MB: more than the largest fleet logs at once, which
	// is a few lines for each of 1000 workers.
	most = 4096
	// patience is how long Close waits for what is not yet written: long for a handler that writes,
	// short for whoever wants the process to end.
	patience = time.Second
)

// A Queue hands records on to a handler in a goroutine of its own, which is there only while some
// wait. What does not fit is dropped, and the log says later how much that was.
type Queue struct {
	mu      sync.Mutex
	waiting []entry
	dropped int
	writes  chan struct{} // closed by the end of the goroutine; nil without
	closed  bool
	notes   *handler // of the whole log
}

type entry struct {
	ctx    context.Context
	to     *handler
	record slog.Record
}

// New returns a logger whose calls never wait for that of the caller, and its queue. With nil,
// which is no log, the queue stays empty.
func New(of *slog.Logger) (*slog.Logger, *Queue) {
	q := new(Queue)
	if of == nil {
		return slog.New(slog.DiscardHandler), q
	}
	q.notes = &handler{queue: q, make: of.Handler}
	return slog.New(q.notes), q
}

// Close waits until what was logged is written, for a second at most. What is logged after it is
// dropped. Where the handler blocks, its goroutine stays until it returns.
func (q *Queue) Close() {
	q.mu.Lock()
	q.closed = true
	writes := q.writes
	q.mu.Unlock()
	if writes == nil {
		return
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-writes:
	case <-timer.C:
	}
}

func (q *Queue) put(e entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return
	case len(q.waiting) >= most:
		q.dropped++
		return
	}
	q.waiting = append(q.waiting, e)
	if q.writes == nil {
		q.writes = make(chan struct{})
		go q.write()
	}
}

// take takes out what waits, and how many were dropped after it.
func (q *Queue) take() (waiting []entry, dropped int, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting, dropped = q.waiting, q.dropped
	q.waiting, q.dropped = nil, 0
	if more = len(waiting) > 0; !more {
		close(q.writes)
		q.writes = nil
	}
	return waiting, dropped, more
}

// write hands on what waits.
func (q *Queue) write() {
	for {
		waiting, dropped, more := q.take()
		if !more {
			return
		}
		for _, e := range waiting {
			e.to.handle(e.ctx, e.record)
		}
		if dropped > 0 {
			r := slog.NewRecord(time.Now(), slog.LevelWarn, "the log was held up, and notes are missing", 0)
			r.Add("notes", dropped)
			q.notes.handle(context.Background(), r)
		}
	}
}

// handler is one of a Queue, in front of another.
type handler struct {
	queue *Queue
	make  func() slog.Handler // the other one
	made  slog.Handler        // of the goroutine that writes
}

// handle hands a record on. All of the other handler is called here, since any of it may wait.
func (h *handler) handle(ctx context.Context, r slog.Record) {
	if h.made == nil {
		h.made = h.make()
	}
	if h.made.Enabled(ctx, r.Level) {
		_ = h.made.Handle(ctx, r) // nobody is there to tell
	}
}

// Enabled implements [slog.Handler]. The other one is asked later.
func (h *handler) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements [slog.Handler].
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	h.queue.put(entry{ctx, h, r.Clone()})
	return nil
}

// WithAttrs implements [slog.Handler].
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.with(func(to slog.Handler) slog.Handler { return to.WithAttrs(attrs) })
}

// WithGroup implements [slog.Handler].
func (h *handler) WithGroup(name string) slog.Handler {
	return h.with(func(to slog.Handler) slog.Handler { return to.WithGroup(name) })
}

func (h *handler) with(change func(slog.Handler) slog.Handler) slog.Handler {
	return &handler{queue: h.queue, make: func() slog.Handler { return change(h.make()) }}
}
