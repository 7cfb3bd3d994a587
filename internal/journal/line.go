package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
	"strconv"
)

const (
	kindHeader = "header"
	kindRecord = "record"

	maxData = 64 << 20
	maxLine = maxData + 128 // with what stands around the data
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	opening    = regexp.MustCompile(`^\{"crc":"([0-9a-f]{8})",("kind":"([a-z]+)","side":(0|[1-9][0-9]{0,17}),"data":)`)
)

// compact returns data without white space, which is one line.
func compact(data []byte) ([]byte, error) {
	if len(data) > maxData {
		return nil, fmt.Errorf("data of %d bytes, expected at most %d", len(data), maxData)
	}
	var buf bytes.Buffer
	if err := json.Compact(&buf, data); err != nil {
		return nil, fmt.Errorf("data that is no JSON: %w", err)
	}
	return buf.Bytes(), nil
}

// seal returns a line, with its end.
func seal(kind string, side int64, data []byte) []byte {
	rest := fmt.Appendf(nil, `"kind":"%s","side":%d,"data":%s}`, kind, side, data)
	return fmt.Appendf(nil, "{\"crc\":\"%08x\",%s\n", crc32.Checksum(rest, castagnoli), rest)
}

// unseal is the inverse of seal. Its error says why the line is not whole.
func unseal(line []byte) (kind string, side int64, data []byte, err error) {
	fail := func(format string, args ...any) (string, int64, []byte, error) {
		return "", 0, nil, fmt.Errorf(format, args...)
	}
	line, whole := bytes.CutSuffix(line, []byte("}\n"))
	if !whole {
		return fail("the line does not end in a brace and a newline")
	}
	m := opening.FindSubmatchIndex(line[:min(len(line), 100)]) // data may be long
	if m == nil {
		return fail("the line begins %.50q, expected %s", line, `{"crc":"(8 hex digits)","kind":"record","side":(a number),"data":`)
	}
	want := string(line[m[2]:m[3]])
	sum := crc32.Update(crc32.Checksum(line[m[4]:], castagnoli), castagnoli, []byte("}"))
	if got := fmt.Sprintf("%08x", sum); got != want {
		return fail("the line has the checksum %s, expected %s as it says", got, want)
	}
	data = line[m[1]:]
	if !json.Valid(data) {
		return fail("the line's data is no JSON")
	}
	side, err = strconv.ParseInt(string(line[m[8]:m[9]]), 10, 64)
	return string(line[m[6]:m[7]]), side, data, err
}

// contents is what is good of a journal.
type contents struct {
	header    []byte // nil if it has none yet
	records   [][]byte
	end, side int64
	lines     int
	torn      string // why the last line is not whole; empty if it is
}

// read reads a journal up to its end or to a torn line there. Name is its name
// in errors.
func read(name string, r io.Reader) (c contents, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	// A file of somebody else's need have no lines.
	if head, _ := in.Peek(len(headerOpening)); !opensHeader(head) {
		return c, fmt.Errorf("%s is no journal: it begins %.50q, expected %s", name, head, headerOpening)
	}
	for {
		at := fmt.Sprintf("%s:%d", name, c.lines+1)
		line, err := readLine(in)
		if err != nil {
			return c, fmt.Errorf("%s: %w", at, err)
		}
		if len(line) == 0 {
			return c, nil
		}
		kind, side, data, torn := unseal(line)
		if torn != nil {
			if _, err := in.Peek(1); err == io.EOF {
				c.torn = fmt.Sprintf("the last line of %s is not whole: %v", at, torn)
				return c, nil
			} else if err != nil {
				return c, fmt.Errorf("%s: %w", at, err)
			}
			return c, fmt.Errorf("%s is damaged, and is not the last line: %w", at, torn)
		}
		// The line is as it was written: from here on, what is wrong with it
		// is not the work of a crash.
		switch {
		case c.header == nil: // and kind is right, by its opening
			c.header = data
		case kind != kindRecord:
			return c, fmt.Errorf("%s is of kind %q, expected %q", at, kind, kindRecord)
		case side < c.side:
			return c, fmt.Errorf("%s says that %s had %d bytes, expected at least the %d of the line before", at, SideName, side, c.side)
		default:
			c.records = append(c.records, data)
		}
		c.end += int64(len(line))
		c.side = side
		c.lines++
	}
}

// headerOpening is how a journal begins, with a dot for each digit of the
// checksum.
const headerOpening = `{"crc":"........","kind":"header","side":0,"data":`

// opensHeader reports whether head, which may be cut short anywhere, can be the
// beginning of a journal.
func opensHeader(head []byte) bool {
	for i, c := range head {
		if want := headerOpening[i]; c != want && want != '.' {
			return false
		}
	}
	return true
}

// readLine returns a line with its newline, without one at the end of the file.
// It is empty if the file ended before it.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			return nil, fmt.Errorf("the line is longer than %d bytes, expected a shorter one", maxLine)
		}
		line = append(line, part...)
		switch {
		case err == nil || err == io.EOF:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}
