package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Open opens the journal in dir and cuts off what a crash has left unfinished.
// It makes the directory, those above it and the files when they are missing, readable by
// their owner only: names of recordings and what servers said are in them.
// The header, a JSON value, is written when there is none yet; whether one that
// is there suits the run is for the caller to say: see Diff.
//
// While a Journal is open, and its process lives, no other can be opened in dir;
// on systems or file systems without flock that is not checked. It is also an
// error if a line other than the last is damaged, if the side file lacks what a
// record put there, and if the files are not a journal's. Such an error changes
// nothing in them.
func Open(dir string, header []byte) (*Journal, error) {
	header, err := compact(header)
	if err != nil {
		return nil, fmt.Errorf("the header for %s: %w", dir, err)
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	j := &Journal{name: filepath.Join(dir, Name), header: header}
	if j.log, err = os.OpenFile(j.name, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	if err := j.open(dir); err != nil {
		j.Close() // nothing was written that its error could be about
		return nil, err
	}
	return j, nil
}

// open does what is left to do for Open when there is a file.
func (j *Journal) open(dir string) error {
	// A pipe would be waited for.
	if info, err := j.log.Stat(); err != nil {
		return err
	} else if err := checkRegular(j.name, info); err != nil {
		return err
	}
	if held, err := lock(j.log); err != nil {
		return err
	} else if held {
		return fmt.Errorf("another run uses %s: %s is locked, expected no run that lives", dir, j.name)
	}
	found, err := read(j.name, j.log)
	if err != nil {
		return err
	}
	if err := j.openRows(filepath.Join(dir, SideName), found); err != nil {
		return err
	}
	j.end, j.side, j.lines = found.end, found.side, found.lines
	// What a torn line leaves must not show behind a shorter one.
	if err := errors.Join(j.rows.Truncate(j.side), j.log.Truncate(j.end)); err != nil {
		return err
	}
	if j.resumed = found.header != nil; j.resumed {
		j.header, j.records, j.torn = found.header, found.records, found.torn
	} else if err := j.write(kindHeader, 0, j.header); err != nil {
		return err
	}
	// A killed process may have left good lines, and the names of the files,
	// that are not on the disk yet. The caller counts on them from here.
	return errors.Join(j.rows.Sync(), j.log.Sync(), syncDir(dir))
}

// checkRegular returns an error unless the journal called name is a regular file.
func checkRegular(name string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no journal: it is %s, expected a regular file", name, info.Mode())
	}
	return nil
}

// openRows opens the side file, which must hold what the journal says.
func (j *Journal) openRows(name string, found contents) error {
	flags := os.O_RDWR
	if found.side == 0 {
		flags |= os.O_CREATE
	}
	var err error
	if j.rows, err = os.OpenFile(name, flags, 0o600); err != nil {
		return err
	}
	info, err := j.rows.Stat()
	if err != nil {
		return err
	}
	return found.checkRows(j.name, name, info)
}

// checkRows returns an error unless the side file, called name, holds what the
// journal, called log, says.
func (c contents) checkRows(log, name string, info fs.FileInfo) error {
	switch size := info.Size(); {
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is %s, expected a regular file", name, info.Mode())
	case size < c.side:
		return fmt.Errorf("%s has %d bytes, expected at least the %d of %s:%d", name, size, c.side, log, c.lines)
	case c.header == nil && size > 0:
		// The header is on the disk before any row: no crash leaves this,
		// and the rows may be somebody's.
		return fmt.Errorf("%s has %d bytes, expected none: %s has no header", name, size, log)
	}
	return nil
}

// makeDir makes dir and what is missing above it, names included, on the disk.
func makeDir(dir string) error {
	var parents []string
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) {
			break // what is wrong, MkdirAll will say
		}
		parents = append(parents, filepath.Dir(d))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, parent := range parents {
		if err := syncDir(parent); err != nil {
			return err
		}
	}
	return nil
}
