package format

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxLine bounds one row, in bytes. The largest context windows are a few
// megabytes of text; images inside messages make the rest.
const maxLine = 64 << 20

// errLongLine is the cause when a line is longer than the limit.
var errLongLine = errors.New("line too long")

// lines reads a file line by line. Unlike a bufio.Scanner it tells a line that
// is too long from a broken file, and knows the line's number.
type lines struct {
	r    *bufio.Reader
	max  int // bytes in a line
	n    int // the number of the line that next returned, from 1
	long []byte
}

// next returns a line without its end, valid until the next call: blank for a
// blank line, io.EOF at the end.
func (l *lines) next() ([]byte, error) {
	l.n++
	line, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = append(l.long[:0], line...)
		for err == bufio.ErrBufferFull && len(l.long) <= l.max {
			line, err = l.r.ReadSlice('\n')
			l.long = append(l.long, line...)
		}
		line = l.long
	}
	if err != nil && err != bufio.ErrBufferFull && (err != io.EOF || len(line) == 0) {
		return nil, err
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	if len(line) > l.max {
		// What follows could only be found by reading on, perhaps for
		// gigabytes: there is no next line.
		return nil, fmt.Errorf("%w: more than %d MiB", errLongLine, l.max>>20)
	}
	if l.n == 1 {
		line = trimBOM(line)
	}
	return bytes.TrimSpace(line), nil
}

// trimBOM returns data without the byte order mark that some editors put in
// front.
func trimBOM(data []byte) []byte {
	return bytes.TrimPrefix(data, []byte("\ufeff"))
}
