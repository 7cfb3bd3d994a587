// Package journal keeps what a long measurement has learned in a directory, so
// that a run that was killed goes on where it was. A program of this module that
// is to be resumed uses it.
//
// The directory holds two files:
//
//	journal.jsonl       a header, then one line for each record
//	requests.jsonl.gz   the side file: what is too bulky for a record
//
// A line is {"crc":"0a1b2c3d","kind":"record","side":1234,"data":{...}}. Its crc
// is the CRC-32C of all that follows it in the line, from "kind" to the last
// brace; side is the length of the side file with what the record put there. The
// side file has one gzip member for each record that has such rows: zcat reads
// the whole of it.
//
// The rows of a record are on the disk before its line is written, and the line
// is before Append returns. A process or a machine that dies therefore leaves at
// most one torn line at the end of the journal and some bytes at the end of the
// side file that no line speaks of: Open cuts off both. Anything else that does
// not fit is damage, and Open leaves it alone and says where it is. It takes the
// side file by its length: a damaged row shows when it is decompressed.
//
// Read returns what another run has learned, whether or not that run still goes on.
package journal

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// The names of the files in a journal's directory.
const (
	Name     = "journal.jsonl"
	SideName = "requests.jsonl.gz"
)

var (
	errClosed     = errors.New("the journal is closed")
	errUnfinished = errors.New("an append that did not return")
)

// A Journal is an open journal. The zero Journal is a closed one. Its methods
// may be called concurrently.
type Journal struct {
	name    string // of the file, for errors
	header  []byte
	records [][]byte
	resumed bool
	torn    string

	mu        sync.Mutex
	log, rows *os.File // nil when closed
	end, side int64    // the lengths of what is good of them
	lines     int
	failed    error // what ended the last append, if it did not end well
}

// Header returns the header that Open has found or, if it found none, has
// written. It must not be changed.
func (j *Journal) Header() []byte { return j.header }

// Records returns the data of the records that Open has found, in their order,
// without what was appended since. They must not be changed.
func (j *Journal) Records() [][]byte { return j.records }

// Resumed reports whether Open has found a journal, be it one without records.
func (j *Journal) Resumed() bool { return j.resumed }

// Torn says what Open has cut off, and why; empty where all lines were whole. A crash leaves
// a part of a line, and a bit that has flipped in the last line looks no different.
func (j *Journal) Torn() string { return j.torn }

// Append adds a record, and to the side file what side writes, if it is not nil.
// Both are on the disk when it returns nil. The data is a JSON value of at most
// 64 MiB; Records later has it without the white space around its tokens. Side
// must not call j or keep its writer.
//
// Data that is no such value changes nothing. After any other error, side's own
// included, the end of the files may be torn: the journal takes no more records,
// and whether it has this one shows when it is opened again.
func (j *Journal) Append(data []byte, side func(io.Writer) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.log == nil {
		return errClosed
	}
	if j.failed != nil {
		return fmt.Errorf("%s takes no more records after: %w", j.name, j.failed)
	}
	data, err := compact(data)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", j.name, j.lines+1, err)
	}
	j.failed = errUnfinished // side may panic
	j.failed = j.append(data, side)
	return j.failed
}

func (j *Journal) append(data []byte, side func(io.Writer) error) error {
	length := j.side
	if side != nil {
		n, err := writeMember(io.NewOffsetWriter(j.rows, j.side), side)
		if err != nil {
			return fmt.Errorf("%s:%d: writing its rows to %s: %w", j.name, j.lines+1, SideName, err)
		}
		if err := j.rows.Sync(); err != nil {
			return err
		}
		length += n
	}
	if err := j.write(kindRecord, length, data); err != nil {
		return err
	}
	j.side = length
	return j.log.Sync()
}

// write adds a line.
func (j *Journal) write(kind string, side int64, data []byte) error {
	n, err := j.log.WriteAt(seal(kind, side, data), j.end)
	j.end += int64(n)
	j.lines++
	return err
}

// writeMember writes what side writes as a gzip member, and returns its length.
func writeMember(out *io.OffsetWriter, side func(io.Writer) error) (int64, error) {
	buf := bufio.NewWriterSize(out, 64<<10)
	zip := gzip.NewWriter(buf)
	if err := side(zip); err != nil {
		return 0, err
	}
	if err := errors.Join(zip.Close(), buf.Flush()); err != nil {
		return 0, err
	}
	return out.Seek(0, io.SeekCurrent)
}

// Close closes the files and lets others use the directory. Nothing is written:
// all that Append has taken is on the disk. Closing again does nothing.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var err error
	for _, f := range []*os.File{j.rows, j.log} { // the lock goes last
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	j.rows, j.log = nil, nil
	return err
}
