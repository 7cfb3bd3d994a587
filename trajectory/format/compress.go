package format

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A packer is a compressor whose files are not read.
type packer struct {
	name, suffix string
	magic        string // the first bytes of its files
	one, all     string // commands that unpack a file, and all below the working directory
}

func packers() []packer {
	return []packer{
		{"zstd", ".zst", "\x28\xb5\x2f\xfd", "zstd -d", "zstd -d --rm -r ."},
		{"xz", ".xz", "\xfd7zXZ\x00", "xz -d", "find . -name '*.xz' -exec xz -d {} +"},
		{"bzip2", ".bz2", "BZh", "bzip2 -d", "find . -name '*.bz2' -exec bzip2 -d {} +"},
		{"lz4", ".lz4", "\x04\x22\x4d\x18", "lz4 -d --rm", "find . -name '*.lz4' -exec lz4 -d --rm -m {} +"},
	}
}

// A packedError reports a file that only another program unpacks.
type packedError struct {
	packer
	file string
}

func (e *packedError) Error() string {
	return fmt.Sprintf("compressed with %s, which is not read; %s %q unpacks it, %s all files in and below a folder", e.name, e.one, e.file, e.all)
}

// packed returns the compressor of a file that begins with the given bytes, nil if
// there is none.
func packed(name string, magic []byte) *packedError {
	for _, p := range packers() {
		if bytes.HasPrefix(magic, []byte(p.magic)) {
			return &packedError{p, name}
		}
	}
	return nil
}

// decompressor returns the user's decompressor for a file that has a suffix or begins
// with the given bytes, nil if there is none.
func (o *Options) decompressor(name string, magic []byte) func(io.Reader) (io.ReadCloser, error) {
	for suffix, open := range o.Decompress {
		if strings.HasSuffix(name, suffix) {
			return open
		}
	}
	if p := packed(name, magic); p != nil {
		return o.Decompress[p.suffix]
	}
	return nil
}

// unpacked returns a file name without the suffix of a compressor.
func (o *Options) unpacked(name string) string {
	for suffix := range o.Decompress {
		if short, ok := strings.CutSuffix(name, suffix); ok {
			return short
		}
	}
	return unpackedName(name)
}

// errUnpacked reports a file that grows beyond the limit.
var errUnpacked = errors.New("more than 32 GiB after decompression")

// A limited reader returns an error after so many bytes.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errUnpacked
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
