package fleet

import (
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// An inbox takes in the batches of a worker, in whatever order they come, and gives them out in
// theirs. It never waits for what is done with them, so that a long look at a phase keeps no
// worker from being heard.
type inbox struct {
	mu    sync.Mutex
	seq   int64 // up to which all are here
	until time.Duration
	ahead map[int64]*wire.Batch // that came before one that is missing
	ready []*wire.Batch
	bytes int // of both
	final bool
}

const (
	// mostAhead bounds how far a batch may be ahead of one that is missing: several seconds
	// of batches, so that few have to come again for each that was lost.
	mostAhead = 256
	// mostInbox bounds the bytes that wait in an inbox: what is beyond is not acknowledged,
	// and waits in the spool of the worker.
	mostInbox = 32 << 20
)

// put takes in a batch, and returns the number up to which all are here.
func (i *inbox) put(b *wire.Batch) (acked int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	size := len(b.Entries) + len(b.Manifest)
	switch {
	case b.Seq <= i.seq || b.Seq > i.seq+mostAhead || i.final || i.ahead[b.Seq] != nil:
		return i.seq
	case b.Seq != i.seq+1 && i.bytes+size > mostInbox/2, i.bytes > 0 && i.bytes+size > mostInbox:
		return i.seq // the half is for those that are next
	}
	if i.ahead == nil {
		i.ahead = make(map[int64]*wire.Batch)
	}
	i.ahead[b.Seq] = b
	i.bytes += size
	for next := i.ahead[i.seq+1]; next != nil && !i.final; next = i.ahead[i.seq+1] {
		delete(i.ahead, next.Seq)
		i.ready = append(i.ready, next)
		i.seq, i.until, i.final = next.Seq, max(i.until, time.Duration(next.Until)), next.Final
	}
	return i.seq
}

// take gives out what is next.
func (i *inbox) take() (next []*wire.Batch) {
	i.mu.Lock()
	defer i.mu.Unlock()
	next, i.ready = i.ready, nil
	for _, b := range next {
		i.bytes -= len(b.Entries) + len(b.Manifest)
	}
	return next
}

// told returns the instant up to which all is here, and whether that is all there will be.
func (i *inbox) told() (until time.Duration, final bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.until, i.final
}
