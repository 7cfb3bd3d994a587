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
// file names lose their suffix more often.
func open(fsys fs.FS, name string) (*file, error) {
	// Checked before opening: opening a named pipe would wait for a writer.
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	r, err := unpack(name, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &file{r, f, info.Size()}, nil
}

func unpack(name string, f io.Reader) (*bufio.Reader, error) {
	r := bufio.NewReaderSize(f, headSize)
	magic, err := r.Peek(4)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return bufio.NewReaderSize(z, headSize), nil
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return nil, &SyntaxError{File: name, Err: fmt.Errorf("compressed with zstd, which is not supported; decompress it first: zstd -d %q", name)}
	}
	return r, nil
}

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
