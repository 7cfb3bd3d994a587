package format

import (
	"errors"
	"fmt"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A wekaDecoder decodes one file.
type wekaDecoder struct {
	rd     *reader
	file   string
	data   []byte
	report func(field string, err error)
	jsonscan.Scanner
	// late is set if a header field came after requests that were decoded with
	// another value of it.
	late   bool
	failed bool // a mistake was reported
	seen   bool // requests have begun
	ids    []uint64
	totals []byte // unparsed, nil if absent
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
		case "totals":
			d.totals = d.Skip()
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

// request decodes one request and builds its context.
func (d *wekaDecoder) request(t *wekaThread, path string) wekaRequest {
	r := wekaRequest{field: path, apiTime: -1, think: -1, duration: -1}
	d.ids = d.ids[:0]
	inside := 0 // where the requests of a subagent begin
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
			inside = d.Pos
			d.Skip() // skipped for now: the header may follow
			r.subagent = &sub
		default:
			d.Skip()
		}
	})
	switch {
	case d.Err != nil || d.failed:
	case r.subagent != nil:
		d.subagent(t, &sub, path, inside)
	case r.kind == "subagent":
		d.rd.note(trajectory.Finding{
			File: d.file, Trajectory: t.id, Turn: -1, Severity: trajectory.SeverityWarning, Rule: "subagent-without-requests",
			Text: path + ": subagent without requests; left out",
		})
	case r.in == 0 && len(d.ids) == 0:
		d.fail(path, errors.New(`expected "in" or "hash_ids"`))
	default:
		if r.in == 0 {
			r.in = len(d.ids) * t.blockSize
		}
		c, err := t.chat.next(d.ids, r.in, t.answer)
		if err != nil {
			d.fail(path, err)
		}
		r.context, t.answer = c, r.out
		if blocks := len(d.ids) * t.blockSize; blocks > 0 && (r.in >= blocks+t.blockSize || r.in <= blocks-t.blockSize) {
			d.rd.conflict(place{d.file, 0, t.id, -1}, ruleBlocksInput, "%s: %d input tokens, and %d blocks of %d", path, r.in, len(d.ids), t.blockSize)
		}
	}
	return r
}

// subagent decodes the requests of a subagent, which begin at the offset at and
// were skipped before.
func (d *wekaDecoder) subagent(t, sub *wekaThread, path string, at int) {
	end := d.Pos
	d.Pos = at
	sub.chat = &hashedChat{rd: d.rd, size: t.blockSize, lead: (sub.tools + sub.system) / t.blockSize, scope: t.chat.scope, tail: mix(1, uint64(d.Pos))}
	d.Array(func(i int) {
		r := d.request(sub, fmt.Sprintf("%s.requests[%d]", path, i))
		if r.subagent != nil {
			d.fail(r.field, errors.New("a subagent inside a subagent, which is not supported"))
		}
		sub.requests = append(sub.requests, r)
	})
	if d.Err == nil {
		d.Pos = end
	}
}
