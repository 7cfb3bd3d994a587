package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A Batch is a part of what happened in a phase.
type Batch struct {
	// Instance is the process of the worker.
	Instance string
	Epoch    int64
	// Seq numbers the batches of a phase from 1.
	Seq int64
	// Until is an instant, in nanoseconds since the start, of which all entries before are in
	// this batch or in one before.
	Until int64
	// Entries are entries as [AppendEntry] writes them.
	Entries []byte
	// Manifest is a piece of the [Manifest] in JSON, which follows all entries. Final is set in
	// the last batch.
	Manifest []byte
	Final    bool
}

func (b *Batch) encode() []byte {
	buf := make([]byte, 0, len(b.Entries)+len(b.Manifest)+len(b.Instance)+64)
	buf = append(buf, byte(kindBatch))
	buf = appendString(buf, b.Instance)
	buf = binary.AppendVarint(buf, b.Epoch)
	buf = binary.AppendVarint(buf, b.Seq)
	buf = binary.AppendVarint(buf, b.Until)
	final := byte(0)
	if b.Final {
		final = 1
	}
	buf = append(buf, final)
	buf = binary.AppendUvarint(buf, uint64(len(b.Entries)))
	buf = append(buf, b.Entries...)
	return append(buf, b.Manifest...)
}

func decodeBatch(data []byte) (*Batch, error) {
	d := decoder{data: data}
	b := &Batch{Instance: d.string(64)}
	b.Epoch, b.Seq, b.Until = d.varint(), d.varint(), d.varint()
	b.Final = d.byte() != 0
	b.Entries = d.take(d.uvarint())
	if b.Manifest = d.data; d.err != nil {
		return nil, fmt.Errorf("a batch: %w", d.err)
	}
	return b, nil
}

// A decoder takes values off the front of data. After its first error all are zero.
type decoder struct {
	data []byte
	err  error
}

var errShort = errors.New("it ends early")

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.data = nil
}

func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.data)) {
		d.fail(errShort)
		return nil
	}
	part := d.data[:n:n]
	d.data = d.data[n:]
	return part
}

func (d *decoder) byte() byte {
	if part := d.take(1); part != nil {
		return part[0]
	}
	return 0
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.data)
	if n <= 0 {
		d.fail(errShort)
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.data)
	if n <= 0 {
		d.fail(errShort)
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *decoder) int32() int32 {
	v := d.varint()
	if v != int64(int32(v)) {
		d.fail(fmt.Errorf("%d, expected 32 bits", v))
		return 0
	}
	return int32(v)
}

// string takes a string of at most so many bytes.
func (d *decoder) string(most uint64) string {
	n := d.uvarint()
	if n > most {
		d.fail(fmt.Errorf("a string of %d bytes, expected at most %d", n, most))
		return ""
	}
	return string(d.take(n))
}

func appendString(buf []byte, s string) []byte {
	return append(binary.AppendUvarint(buf, uint64(len(s))), s...)
}
