package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Contents is what a journal held when it was read.
type Contents struct {
	Header  []byte   // a JSON value
	Records [][]byte // the data of each record, in order; JSON values
	Torn    string   // why the last line is left out; empty where all are whole
}

// Read reads the journal in dir, which may belong to a run that is still
// writing it. It takes no lock and changes nothing. Rows are not read.
//
// A torn last line is left out: its record is being written, or its run died
// over it. Anything else that makes Open fail makes Read fail too, except the
// lock of a live run, and so does a journal without a whole header, which tells
// nothing. Errors name the file and, where there is one, the line.
func Read(dir string) (*Contents, error) {
	name, rows := filepath.Join(dir, Name), filepath.Join(dir, SideName)
	// Before opening, which would wait for the other end of a pipe.
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if err := checkRegular(name, info); err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	// A line that grows while it is read would look like damage: more follows
	// where a torn line should be the last. Hence no more than the file has now.
	found, err := read(name, io.NewSectionReader(f, 0, info.Size()))
	if err != nil {
		return nil, err
	}
	// After the journal: rows are on the disk before the line that counts them.
	switch info, err := os.Stat(rows); {
	case errors.Is(err, fs.ErrNotExist) && found.side == 0: // no record has rows
	case err != nil:
		return nil, err
	default:
		if err := found.checkRows(name, rows, info); err != nil {
			return nil, err
		}
	}
	if found.header == nil {
		return nil, fmt.Errorf("%s:1: there is no whole header, expected one: its run wrote nothing, or has just begun", name)
	}
	return &Contents{Header: found.header, Records: found.records, Torn: found.torn}, nil
}
