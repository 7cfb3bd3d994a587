package transports

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

const (
	senders    = 4   // workers of a small fleet; each has a connection of its own
	window     = 8   // batches that a sender may have without acknowledgment
	recordSize = 220 // bytes: a row of a request, 192, with the frame around it
	headerSize = 12  // bytes: the sender and the sequence number
	maxBatch   = headerSize + 100*recordSize
)

// newBatch returns a batch of so many records, to be filled in.
func newBatch(records int) []byte { return make([]byte, headerSize+records*recordSize) }

// stamp makes the batch the one that the sender sends as its seq-th, from 0.
func stamp(batch []byte, sender int, seq uint64) {
	binary.BigEndian.PutUint32(batch, uint32(sender))
	binary.BigEndian.PutUint64(batch[4:], seq)
}

// head returns who sent the batch, and as its how many-th.
func head(batch []byte) (sender int, seq uint64, err error) {
	if len(batch) < headerSize {
		return 0, 0, fmt.Errorf("a batch of %d bytes, want at least %d", len(batch), headerSize)
	}
	sender = int(binary.BigEndian.Uint32(batch))
	if sender >= senders {
		return 0, 0, fmt.Errorf("a batch of sender %d, want less than %d", sender, senders)
	}
	return sender, binary.BigEndian.Uint64(batch[4:]), nil
}

// fill writes records that differ from those of any other batch and sender.
func fill(batch []byte, sender int, seq uint64) {
	stamp(batch, sender, seq)
	rest := batch[headerSize:]
	number := seq * uint64(len(rest)/recordSize)
	for len(rest) > 0 {
		for i := range rest[:recordSize] {
			rest[i] = byte(number>>(i%8*8)) ^ byte(sender*61+i)
		}
		rest, number = rest[recordSize:], number+1
	}
}

// check returns an error unless the batch is what fill makes of this sender and number.
func check(batch []byte, sender int, seq uint64, records int) error {
	want := newBatch(records)
	fill(want, sender, seq)
	if !bytes.Equal(batch, want) {
		return fmt.Errorf("sender %d: batch %d has other records than were sent", sender, seq)
	}
	return nil
}
