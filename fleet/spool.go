package fleet

import (
	"hash/crc32"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/load"
)

const (
	// batchBytes is what one message takes of entries: small enough for the limit of
	// messages, 1 MiB, and large enough for the cost of a message not to matter.
	batchBytes = 256 << 10
	// mostSpool bounds what waits for an acknowledgment. At 100 bytes for each of three
	// entries a request it is some 200,000 requests: half a minute without a broker at more
	// requests than one machine makes.
	mostSpool = 64 << 20
	// resendAfter is when a batch that was not acknowledged is sent again: some round trips
	// of the longest way, and far below a lease.
	resendAfter = time.Second
	// mostResent bounds what is sent again at a time.
	mostResent = 64
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A spool holds what a worker has to tell of a phase until it is acknowledged. Taking in an
// entry never blocks and allocates little.
type spool struct {
	most int  // bytes
	once bool // nothing is sent again, so that a test can see what that is good for

	mu       sync.Mutex
	waiting  []byte // entries that are in no batch yet
	ends     []int  // in it, of what makes a whole batch
	entries  int64
	batches  []sentBatch // not acknowledged, in order
	waits    int         // their bytes
	overflow bool

	// Of the goroutine that sends.
	seq   int64
	until time.Duration
	sum   uint32
}

type sentBatch struct {
	seq  int64
	data []byte
	at   time.Time
}

// tell takes in an entry.
func (s *spool) tell(e load.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.overflow || len(s.waiting)+s.waits > s.most {
		s.overflow = true
		return
	}
	s.entries++
	s.waiting = wire.AppendEntry(s.waiting, &e)
	last := 0
	if n := len(s.ends); n > 0 {
		last = s.ends[n-1]
	}
	if len(s.waiting)-last >= batchBytes {
		s.ends = append(s.ends, len(s.waiting))
	}
}

// full reports whether entries were lost, since too much waited.
func (s *spool) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.overflow
}

// batch makes batches of what waits, which is all until an instant, and returns them.
func (s *spool) batch(instance string, epoch int64, until time.Duration) (made []sentBatch) {
	s.mu.Lock()
	data, ends := s.waiting, s.ends
	s.waiting, s.ends = nil, nil
	s.mu.Unlock()
	if n := len(ends); n == 0 || ends[n-1] < len(data) || len(data) == 0 {
		ends = append(ends, len(data))
	}
	from := 0
	for i, end := range ends {
		if i == len(ends)-1 {
			s.until = max(s.until, until)
		}
		part := data[from:end]
		s.sum = crc32.Update(s.sum, castagnoli, part)
		made = append(made, s.add(&wire.Batch{Instance: instance, Epoch: epoch, Until: int64(s.until), Entries: part}))
		from = end
	}
	return made
}

// add numbers a batch and keeps it.
func (s *spool) add(b *wire.Batch) sentBatch {
	s.seq++
	b.Seq = s.seq
	data, _ := wire.Encode(b) // a batch can be encoded
	sent := sentBatch{s.seq, data, time.Now()}
	s.mu.Lock()
	s.batches = append(s.batches, sent)
	s.waits += len(data)
	s.mu.Unlock()
	return sent
}

// manifest makes the batches that hold a manifest.
func (s *spool) manifest(instance string, epoch int64, text []byte) (made []sentBatch) {
	for {
		piece := text[:min(len(text), batchBytes)]
		text = text[len(piece):]
		made = append(made, s.add(&wire.Batch{Instance: instance, Epoch: epoch, Until: int64(s.until), Manifest: piece, Final: len(text) == 0}))
		if len(text) == 0 {
			return made
		}
	}
}

// acked forgets the batches up to a number.
func (s *spool) acked(seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for ; n < len(s.batches) && s.batches[n].seq <= seq; n++ {
		s.waits -= len(s.batches[n].data)
		s.batches[n].data = nil
	}
	s.batches = s.batches[n:]
}

// again returns what has to be sent again.
func (s *spool) again(now time.Time) (all []sentBatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.once {
		return nil
	}
	for i := range s.batches[:min(len(s.batches), mostAhead)] { // those that the other side takes in
		if b := &s.batches[i]; now.Sub(b.at) >= resendAfter && len(all) < mostResent {
			b.at = now
			all = append(all, *b)
		}
	}
	return all
}

// told reports whether all is acknowledged.
func (s *spool) told() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.batches) == 0 && len(s.waiting) == 0
}

// counted returns the number of entries and their checksum.
func (s *spool) counted() (entries int64, sum uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.entries, s.sum
}
