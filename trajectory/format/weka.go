package format

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A wekaParser reads the traces of kv-cache-tester: one JSON object per session, in a
// file or on a line, its requests as lists of block hashes.
type wekaParser struct {
	rd  *reader
	all []*trajectory.Trajectory
}

func (p *wekaParser) trajectories() []*trajectory.Trajectory { return p.all }

// A wekaHeader holds the fields that concern all requests of a file.
type wekaHeader struct {
	id            string
	blockSize     int
	scope         string // of the hashes: "local" or "global"
	tools, system int    // tokens
}

// A wekaThread is a session or a subagent.
type wekaThread struct {
	wekaHeader
	requests []wekaRequest
	chat     *hashedChat
	answer   int // tokens of the last answer
}

// A wekaRequest is one request, or a subagent with requests of its own. Times are
// in seconds, negative if absent.
type wekaRequest struct {
	field          string // path in reports
	kind           string
	start          float64
	in, out        int
	apiTime, think float64
	typed          bool // a person typed what is new in it
	context        *trajectory.History
	subagent       *wekaThread
	duration       float64
	async          bool
}

// end returns when the answer was complete or, if that is unknown, when the
// request was sent.
func (r *wekaRequest) end() float64 { return r.start + max(0, r.apiTime) }

func (p *wekaParser) read(name string, f *file) {
	data, err := readAll(f, maxDocument)
	if err != nil {
		p.rd.add(fmt.Errorf("%s: %w", name, err))
		return
	}
	if isRows(data) {
		// Data sets have a session on each line.
		again := &file{Reader: bufio.NewReaderSize(io.MultiReader(bytes.NewReader(data), f), headSize)}
		p.rd.eachLine(name, again, func(line int, row []byte) { p.document(name, line, row) })
		return
	}
	if len(data) > maxDocument {
		p.rd.at(name, 0)("", fmt.Errorf("more than %d MiB", maxDocument>>20))
		return
	}
	p.document(name, 0, trimBOM(data))
}

// isRows reports whether the first line of a file is one object and the next begins
// another.
func isRows(data []byte) bool {
	first, rest, _ := bytes.Cut(bytes.TrimSpace(trimBOM(data)), []byte("\n"))
	first, rest = bytes.TrimSpace(first), bytes.TrimSpace(rest)
	return len(rest) > 0 && rest[0] == '{' && !bytes.ContainsRune([]byte("[{,:"), rune(first[len(first)-1]))
}

// document reads a session, on the given line or, if that is 0, as the whole file.
func (p *wekaParser) document(name string, line int, data []byte) {
	d := &wekaDecoder{rd: p.rd, file: name, data: data, report: p.rd.at(name, 0)}
	id := plainName(name)
	if line > 0 {
		id = fmt.Sprintf("%s:%d", id, line)
		d.report = p.rd.atRecord(name, line)
	}
	if !utf8.Valid(data) {
		d.report("", errors.New("not UTF-8"))
		return
	}
	// In all known files the header comes first. If it does not, the file is read
	// twice, the second time with the header known.
	t := d.decode(wekaHeader{id: id, blockSize: 64})
	if d.late && d.Err == nil && !d.failed {
		t = d.decode(t.wekaHeader)
	}
	switch {
	case d.failed:
	case d.Err != nil:
		check := checkDocument
		if line > 0 {
			check = checkJSON // the line is told already
		}
		err := check(d.data)
		if err == nil {
			err = d.Err
		}
		d.report("", err)
	default:
		d.checkTotals(t)
		if trj := d.trajectory(t, t.id); trj != nil {
			p.all = append(p.all, trj)
		}
	}
}
