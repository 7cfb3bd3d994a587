package transports

import (
	"slices"
	"sync"
	"testing"
)

// An inbox is the receiver's side of every transport: it puts the batches of each sender in
// order, drops those that it has already, and says which to acknowledge.
type inbox struct {
	deliver func(sender int, seq uint64, batch []byte) // may be nil; the batch is only lent

	mu   sync.Mutex
	from [senders]struct {
		next uint64
		held map[uint64][]byte // came before their turn
	}
	arrived   int // batches that came for the first time
	delivered int // and were delivered
	early     int // that came before their turn
	again     int // that had come already
	want      int
	full      chan struct{}
}

// newInbox returns an inbox whose channel full is closed when that many batches are delivered.
func newInbox(want int, deliver func(sender int, seq uint64, batch []byte)) *inbox {
	return &inbox{deliver: deliver, want: want, full: make(chan struct{})}
}

// take takes a batch, which the caller may overwrite afterwards, and returns whom to acknowledge
// which number, also if it is a copy: the acknowledgment of the first may be what was lost.
func (in *inbox) take(batch []byte) (sender int, seq uint64, err error) {
	sender, seq, err = head(batch)
	if err != nil {
		return 0, 0, err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	from := &in.from[sender]
	switch {
	case seq < from.next || from.held[seq] != nil:
		in.again++
		return sender, seq, nil
	case seq > from.next:
		if from.held == nil {
			from.held = make(map[uint64][]byte)
		}
		from.held[seq] = slices.Clone(batch)
		in.early++
		in.arrived++
		return sender, seq, nil
	}
	in.arrived++
	for batch != nil {
		if in.deliver != nil {
			in.deliver(sender, from.next, batch)
		}
		delete(from.held, from.next)
		from.next++
		batch = from.held[from.next]
		if in.delivered++; in.delivered == in.want {
			close(in.full)
		}
	}
	return sender, seq, nil
}

func TestInbox(t *testing.T) {
	var got []uint64
	in := newInbox(4, func(sender int, seq uint64, batch []byte) {
		if err := check(batch, sender, seq, 2); err != nil {
			t.Error(err)
		}
		got = append(got, seq)
	})
	batch := newBatch(2)
	for _, seq := range []uint64{0, 2, 2, 0, 3, 1, 3} {
		fill(batch, 1, seq)
		if sender, ack, err := in.take(batch); sender != 1 || ack != seq || err != nil {
			t.Errorf("acknowledged %d of %d, %v; want %d", ack, sender, err, seq)
		}
		clear(batch)
	}
	if !slices.Equal(got, []uint64{0, 1, 2, 3}) || in.arrived != 4 || in.delivered != 4 || in.early != 2 || in.again != 3 {
		t.Errorf("delivered %v: %d arrived, %d delivered, %d early, %d again", got, in.arrived, in.delivered, in.early, in.again)
	}
	<-in.full
	for _, bad := range [][]byte{nil, make([]byte, headerSize-1), {0, 0, 0, senders, 0, 0, 0, 0, 0, 0, 0, 0}} {
		if _, _, err := in.take(bad); err == nil {
			t.Errorf("% x is taken", bad)
		}
	}
	fill(batch, 1, 4)
	for i := range batch {
		batch[i] ^= 1
		if check(batch, 1, 4, 2) == nil {
			t.Fatalf("byte %d is not looked at", i)
		}
		batch[i] ^= 1
	}
}
