package format

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
)

// A file is an open file, decompressed.
type file struct {
	*bufio.Reader
	io.Closer
	size int64 // in bytes, before decompression
}

// open opens a file of a workload. Compression is told by the first bytes, since
// file names lose their suffix more often, or by the suffix for the decompressors in
// Options.
func (rd *reader) open(fsys fs.FS, name string) (*file, error) {
	// Checked before opening: opening a named pipe would wait for a writer.
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errIrregular}
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	r, closer, err := rd.unpack(name, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &file{r, closer, info.Size()}, nil
}

// errIrregular reports what is not a file.
var errIrregular = errors.New("not a regular file")

// unpack returns a reader of what is in f, and what to close after it.
func (rd *reader) unpack(name string, f io.ReadCloser) (*bufio.Reader, io.Closer, error) {
	r := bufio.NewReaderSize(f, headSize)
	magic, err := r.Peek(8)
	if err != nil && err != io.EOF {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	var plain io.ReadCloser
	switch decompress := rd.decompressor(name, magic); {
	case decompress != nil:
		plain, err = decompress(r)
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		plain, err = gzip.NewReader(r)
	default:
		if p := packed(name, magic); p != nil {
			return nil, nil, &SyntaxError{File: name, Err: p}
		}
		return r, f, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return bufio.NewReaderSize(&limited{plain, maxUnpacked}, headSize), closers{plain, f}, nil
}

// closers closes a file and what decompresses it.
type closers [2]io.Closer

func (c closers) Close() error { return errors.Join(c[0].Close(), c[1].Close()) }

// readAll reads a file to its end, or to one byte more than max. Unlike
// io.ReadAll it allocates once if the size is known.
func readAll(f *file, max int) ([]byte, error) {
	data := make([]byte, 0, min(f.size, int64(max))+1)
	for len(data) <= max {
		if len(data) == cap(data) {
			data = slices.Grow(data, min(len(data)+headSize, max+1-len(data)))
		}
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return data, nil
}
