package format

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A wekaParser reads the traces of kv-cache-tester: one JSON object for each
// session, its requests as lists of block hashes.
type wekaParser struct {
	rd  *reader
	all []*trajectory.Trajectory
}

func (p *wekaParser) trajectories() []*trajectory.Trajectory { return p.all }

// A wekaHeader is what a file says of all its requests.
type wekaHeader struct {
	id            string
	blockSize     int
	scope         string // of hashes: "local" or "global"
	tools, system int    // tokens
}

// A wekaThread is the session, or a subagent.
type wekaThread struct {
	wekaHeader
	requests []wekaRequest
	chat     *hashedChat
	answer   int // tokens of the last answer
}

// A wekaRequest is one request, or a subagent with requests of its own. Times are
// in seconds, negative when absent.
type wekaRequest struct {
	field          string // in reports
	kind           string
	start          float64
	in, out        int
	apiTime, think float64
	typed          bool // what is new in it was typed by a person
	context        *trajectory.Context
	subagent       *wekaThread
	duration       float64
	async          bool
}

// end returns when the answer had come; where that is not known, when the request
// was sent.
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
	// The header comes first in every file that was seen. Where it does not, the
	// file is read once more, with the header known.
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
		if trj := d.trajectory(t, t.id); trj != nil {
			p.all = append(p.all, trj)
		}
	}
}

// A wekaDecoder takes one file apart.
type wekaDecoder struct {
	rd   *reader
	file string
	data []byte
	jsonscan.Scanner
	// late is set when the header turned out to be different from what the
	// requests were read with.
	late   bool
	failed bool // something was reported
	seen   bool // requests have begun
	ids    []uint64
}

func (d *wekaDecoder) decode(h wekaHeader) *wekaThread {
	d.Scanner, d.late, d.seen = jsonscan.Scanner{Data: d.data}, false, false
	t := &wekaThread{wekaHeader: h}
	d.thread(t, "", func() *hashedChat {
		c := &hashedChat{rd: d.rd, size: t.blockSize, lead: (t.tools + t.system) / t.blockSize}
		if t.scope != "global" {
			c.scope = hashScope(t.id)
		}
		return c
	})
	d.End()
	if d.Err == nil && !d.seen {
		d.fail("requests", errors.New("missing"))
	}
	return t
}

// thread decodes the object of a session or subagent.
func (d *wekaDecoder) thread(t *wekaThread, path string, chat func() *hashedChat) {
	d.Object(func(key []byte) {
		h := t.wekaHeader
		switch string(key) {
		case "id":
			h.id = d.text(h.id)
		case "block_size":
			h.blockSize = d.count(path+"block_size", 1, maxBlock)
		case "hash_id_scope":
			h.scope = d.text("")
		case "tool_tokens":
			h.tools = d.count(path+"tool_tokens", 0, maxPrompt)
		case "system_tokens":
			h.system = d.count(path+"system_tokens", 0, maxPrompt)
		case "requests":
			d.seen = true
			t.chat = chat()
			d.Array(func(i int) {
				if i == maxRequests {
					d.fail(path+"requests", fmt.Errorf("more than %d", maxRequests))
				}
				t.requests = append(t.requests, d.request(t, fmt.Sprintf("%srequests[%d]", path, i)))
			})
		default:
			d.Skip()
		}
		if h != t.wekaHeader {
			d.late = d.late || t.requests != nil
			t.wekaHeader = h
		}
	})
}

const (
	maxBlock    = 1 << 20 // tokens
	maxRequests = 1_000_000
)

// request decodes one request and makes its context.
func (d *wekaDecoder) request(t *wekaThread, path string) wekaRequest {
	r := wekaRequest{field: path, apiTime: -1, think: -1, duration: -1}
	d.ids = d.ids[:0]
	sub := wekaThread{wekaHeader: t.wekaHeader}
	sub.id, sub.tools, sub.system = "", 0, 0
	d.Object(func(key []byte) {
		switch string(key) {
		case "type":
			r.kind = d.text("")
		case "t":
			r.start = d.seconds(path + ".t")
		case "in":
			r.in = d.count(path+".in", 0, maxPrompt)
		case "out":
			r.out = d.count(path+".out", 0, maxPrompt)
		case "hash_ids":
			d.ids = d.Uints(d.ids)
		case "input_types":
			r.typed = d.typed()
		case "api_time":
			r.apiTime = d.seconds(path + ".api_time")
		case "think_time":
			r.think = d.seconds(path + ".think_time")
		case "duration_ms":
			r.duration = d.seconds(path+".duration_ms") / 1000
		case "status":
			r.async = d.text("") == "async_launched"
		case "agent_id":
			sub.id = d.text("")
		case "tool_tokens":
			sub.tools = d.count(path+".tool_tokens", 0, maxPrompt)
		case "system_tokens":
			sub.system = d.count(path+".system_tokens", 0, maxPrompt)
		case "requests":
			at := d.Pos
			d.Skip() // the header may come after them
			if d.Err == nil {
				r.subagent = &sub
				sub.requests = []wekaRequest{{start: float64(at)}}
			}
		default:
			d.Skip()
		}
	})
	switch {
	case d.Err != nil || d.failed:
	case r.subagent != nil:
		d.subagent(t, &sub, path)
	case r.kind == "subagent":
		d.rd.find(trajectory.Finding{
			File: d.file, Trajectory: t.id, Turn: -1, Severity: trajectory.Warning, Rule: "subagent-without-requests",
			Text: path + " is a subagent without requests; left out",
		})
	case r.in == 0 && len(d.ids) == 0:
		d.fail(path, errors.New(`neither "in" nor "hash_ids"`))
	default:
		if r.in == 0 {
			r.in = len(d.ids) * t.blockSize
		}
		c, err := t.chat.next(d.ids, r.in, t.answer)
		if err != nil {
			d.fail(path, err)
		}
		r.context, t.answer = c, r.out
	}
	return r
}

// subagent decodes the requests of a subagent, whose place is where its only
// request starts.
func (d *wekaDecoder) subagent(t, sub *wekaThread, path string) {
	end := d.Pos
	d.Pos = int(sub.requests[0].start)
	sub.requests = nil
	sub.chat = &hashedChat{rd: d.rd, size: t.blockSize, lead: (sub.tools + sub.system) / t.blockSize, scope: t.chat.scope, tail: mix(1, uint64(d.Pos))}
	d.Array(func(i int) {
		r := d.request(sub, fmt.Sprintf("%s.requests[%d]", path, i))
		if r.subagent != nil {
			d.fail(r.field, errors.New("a subagent of a subagent"))
		}
		sub.requests = append(sub.requests, r)
	})
	if d.Err == nil {
		d.Pos = end
	}
}

// fail reports what is wrong with a field and ends the reading of the file: with
// requests left out it would be another session.
func (d *wekaDecoder) fail(field string, err error) {
	if !d.failed {
		d.failed = true
		d.rd.at(d.file, 0)(field, err)
	}
	d.Pos = len(d.data)
	d.Err = errors.Join(d.Err, err)
}

// text passes a value and returns the string that it is, or other.
func (d *wekaDecoder) text(other string) string {
	if s := unquoted(d.Skip()); s != "" && len(s) <= maxText {
		return s
	}
	return other
}

// float passes a number; null is as good as absent.
func (d *wekaDecoder) float(field string, low, high, absent float64) float64 {
	raw := d.Skip()
	if d.Err != nil || string(raw) == "null" {
		return absent
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || !(low <= v && v <= high) {
		d.fail(field, fmt.Errorf("%s, expected %.0f to %.0f", clip(string(raw)), low, high))
		return absent
	}
	return v
}

func (d *wekaDecoder) count(field string, low, high float64) int {
	v := d.float(field, low, high, low)
	if v != math.Trunc(v) {
		d.fail(field, fmt.Errorf("%v, expected a whole number", v))
	}
	return int(v)
}

// seconds passes a time. Marks that are negative by rounding are 0.
func (d *wekaDecoder) seconds(field string) float64 {
	v := d.float(field, -maxCount, maxCount*1000, -1)
	if v < 0 && v > -1 {
		return 0
	}
	return v
}

// typed passes the types of what is new in a request and reports whether a
// person typed it: text, and no result of a tool.
func (d *wekaDecoder) typed() bool {
	text, tool := false, false
	if d.Next() != '[' {
		d.Skip()
		return false
	}
	d.Array(func(int) {
		switch string(d.Skip()) {
		case `"text"`:
			text = true
		case `"tool_result"`:
			tool = true
		}
	})
	return text && !tool
}
