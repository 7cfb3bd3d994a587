package format

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A wekaParser reads the traces of kv-cache-tester: one JSON object per session,
// its requests as lists of block hashes.
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
	switch {
	case err != nil:
		p.rd.add(fmt.Errorf("%s: %w", name, err))
		return
	case len(data) > maxDocument:
		err = fmt.Errorf("more than %d MiB", maxDocument>>20)
	case !utf8.Valid(data):
		err = errors.New("not UTF-8")
	}
	if err != nil {
		p.rd.at(name, 0)("", err)
		return
	}
	d := &wekaDecoder{rd: p.rd, file: name, data: trimBOM(data)}
	// In all known files the header comes first. If it does not, the file is read
	// twice, the second time with the header known.
	t := d.decode(wekaHeader{id: plainName(name), blockSize: 64})
	if d.late && d.Err == nil && !d.failed {
		t = d.decode(t.wekaHeader)
	}
	switch {
	case d.failed:
	case d.Err != nil:
		err := checkDocument(d.data)
		if err == nil {
			err = d.Err
		}
		p.rd.at(name, 0)("", err)
	default:
		d.checkTotals(t)
		if trj := d.trajectory(t, t.id); trj != nil {
			p.all = append(p.all, trj)
		}
	}
}
