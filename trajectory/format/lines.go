package format

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/tidwall/gjson"
)

// errLongLine reports a line longer than the limit.
var errLongLine = errors.New("line too long")

// lines reads a file line by line. Unlike a bufio.Scanner it distinguishes a line
// that is too long from a read error, and counts lines.
type lines struct {
	r    *bufio.Reader
	max  int // bytes per line
	n    int // number of the line that next returned, from 1
	long []byte
}

// next returns a line without its end, valid until the next call. It returns an
// empty line for a blank one, and io.EOF at the end of the file.
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
		// The end of this line could be gigabytes away: there is no next line.
		return nil, fmt.Errorf("%w: more than %d MiB", errLongLine, l.max>>20)
	}
	if l.n == 1 {
		line = trimBOM(line)
	}
	return bytes.TrimSpace(line), nil
}

// eachLine calls each for every line of a file that is not blank, until there are
// too many problems. It reports read errors, lines that are too long, and a file
// without lines.
func (rd *reader) eachLine(name string, f *file, each func(line int, data []byte)) {
	in := &lines{r: f.Reader, max: rd.maxLine}
	defer func() { rd.line = 0 }()
	any := false
	for !rd.full() {
		data, err := in.next()
		switch {
		case err == io.EOF && !any:
			rd.at(name, 0)("", errors.New("no records"))
			return
		case err == io.EOF:
			return
		case errors.Is(err, errLongLine):
			rd.at(name, in.n)("", err)
			return
		case err != nil:
			rd.add(fmt.Errorf("%s:%d: %w", name, in.n, err))
			return
		case len(data) == 0:
			continue
		}
		any = true
		rd.file, rd.line = name, in.n
		each(in.n, data)
	}
}

// eachRecord is eachLine for lines that are JSON objects.
func (rd *reader) eachRecord(name string, f *file, each func(line int, object gjson.Result)) {
	rd.eachLine(name, f, func(line int, data []byte) {
		if err := checkJSON(data); err != nil {
			rd.atRecord(name, line)("", err)
			return
		}
		object := gjson.ParseBytes(data) // a copy, so that parts of it may be kept
		if !object.IsObject() {
			rd.atRecord(name, line)("", fmt.Errorf("%s, expected an object", jsonType(object)))
			return
		}
		each(line, object)
	})
}

// An objectAt is a JSON object with its line, 0 for a file that is one object.
type objectAt struct {
	line  int
	value gjson.Result
}

// documentOrLines reads a file that is one JSON object in any layout, or one
// object per line.
func (rd *reader) documentOrLines(name string, f *file) (all []objectAt, ok bool) {
	data, err := readAll(f, maxDocument)
	if err != nil || len(data) > maxDocument {
		rd.add(fmt.Errorf("%s: %w", name, cmp.Or(err, fmt.Errorf("more than %d MiB", maxDocument>>20))))
		return nil, false
	}
	rd.file = name
	if data = trimBOM(data); checkJSON(data) == nil {
		return []objectAt{{0, parse(data)}}, true
	}
	rd.eachRecord(name, &file{Reader: bufio.NewReader(bytes.NewReader(data))}, func(line int, object gjson.Result) {
		all = append(all, objectAt{line, object})
	})
	return all, true
}

// document reads a file that is one JSON object or array. If it is not, document
// reports that and ok is false.
func (rd *reader) document(name string, f *file) (data []byte, ok bool) {
	data, err := readAll(f, maxDocument)
	if err != nil {
		rd.add(fmt.Errorf("%s: %w", name, err))
		return nil, false
	}
	rd.file = name
	data = trimBOM(data)
	if len(data) > maxDocument {
		err = fmt.Errorf("more than %d MiB", maxDocument>>20)
	} else {
		err = checkDocument(data)
	}
	if err != nil {
		rd.at(name, 0)("", err)
		return nil, false
	}
	return data, true
}
