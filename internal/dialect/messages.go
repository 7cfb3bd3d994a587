package dialect

import (
	"bytes"
	"encoding/json"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// Blocks returns a chat message, which must be compact JSON, as content blocks of Messages.
// With hole, Form.Hole is the place where its text begins, which must be a string. The result shares the memory of
// wire.
//
// A text is a text block, and none if it is empty, which the API refuses; a picture is an
// image block, of base64 for a data URL; a call is a tool_use block whose input is the
// arguments, or {"input": arguments} if these are no object; a tool's message is a
// tool_result block. Other parts become a word in brackets.
func Blocks(wire []byte, hole bool, notes Notes) Form {
	m := scan(wire, notes)
	f := Form{Role: m.kind(), Hole: -1}
	b := blocks{notes: notes, glue: f.Role.Next()}
	switch {
	case m.result():
		f.Hole = b.result(m, hole)
	case hole:
		b.begin(textOpen)
		f.Hole = b.Cut()
		b.Share(inside(m.content))
		b.Write(`"}`)
	default:
		m.parts(b.part)
	}
	if f.Role == Assistant {
		m.eachCall(b.call)
	}
	if b.Empty() {
		notes.add(Content, "a message of role %.40s says nothing and is left out: the API has no empty messages", m.role)
	}
	f.Segments, f.Glue = b.Segments(), b.glued
	return f
}

// textOpen is what a text block begins with.
const textOpen = `{"type":"text","text":"`

// blocks are content blocks under construction.
type blocks struct {
	Parts
	notes Notes
	more  bool   // a comma is due
	glue  string // what is in front of the first
	glued int    // the length of that, once there is a first
}

func (b *blocks) begin(text string) {
	switch {
	case b.Empty():
		b.Write(b.glue)
		b.glued = len(b.glue)
	case b.more:
		b.Write(",")
	}
	b.more = true
	b.Write(text)
}

// part adds a part of a content.
func (b *blocks) part(c content) {
	switch c.kind {
	case "text":
		if len(c.text) > 2 {
			b.begin(textOpen)
			b.Share(inside(c.text))
			b.Write(`"}`)
		}
	case "image_url":
		b.picture(c)
	case "image", "document":
		b.begin("")
		b.Share(c.raw)
	default:
		b.word(c)
	}
}

func (b *blocks) word(c content) {
	b.notes.add(Content, "a part of type %.40q is replaced by a word: the API has no place for it", c.kind)
	b.begin(textOpen)
	b.Copy(word(c.kind))
	b.Write(`"}`)
}

// picture adds a picture at an address.
func (b *blocks) picture(c content) {
	address := inside(c.url)
	if bytes.IndexByte(address, '\\') >= 0 {
		quoted, _ := json.Marshal(unquote(c.url)) // a string cannot fail
		address = inside(quoted)
	}
	if !bytes.HasPrefix(address, []byte("data:")) {
		b.begin(`{"type":"image","source":{"type":"url","url":"`)
		b.Share(address)
		b.Write(`"}}`)
		return
	}
	kind, data, ok := bytes.Cut(address[len("data:"):], []byte(";base64,"))
	if !ok {
		b.word(c)
		return
	}
	b.begin(`{"type":"image","source":{"type":"base64","media_type":"`)
	b.Copy(kind)
	b.Write(`","data":"`)
	b.Share(data)
	b.Write(`"}}`)
}

// result adds the result of a call, and returns the place where its text begins, -1 if that
// was not asked for.
func (b *blocks) result(m message, hole bool) (at int) {
	at = -1
	b.begin(`{"type":"tool_result","tool_use_id":`)
	b.Copy(idOf(m.id))
	switch {
	case m.content == nil:
	case m.content[0] == '"':
		b.Write(`,"content":"`)
		if hole {
			at = b.Cut()
		}
		b.Share(inside(m.content))
		b.Write(`"`)
	default:
		b.Write(`,"content":[`)
		b.more = false
		m.parts(b.part)
		b.Write(`]`)
	}
	b.Write(`}`)
	b.more = true
	return at
}

// idOf returns the ID of a call as a JSON string.
func idOf(id []byte) []byte {
	if len(id) == 0 || id[0] != '"' {
		return []byte(`""`)
	}
	return id
}

func (b *blocks) call(c call) {
	b.begin(`{"type":"tool_use","id":`)
	b.Copy(c.id)
	b.Write(`,"name":`)
	b.Copy(c.name)
	b.Write(`,"input":`)
	b.input(c)
	b.Write(`}`)
}

// input adds the arguments of a call as an object.
func (b *blocks) input(c call) {
	arguments := c.arguments
	if len(arguments) > 0 && arguments[0] == '"' {
		arguments = bytes.Trim([]byte(unquote(arguments)), " \t\r\n")
	}
	switch {
	case len(arguments) == 0 || string(arguments) == "null":
		b.Write("{}")
	case arguments[0] == '{' && jsonscan.Valid(arguments) == nil:
		b.Copy(arguments)
	default:
		b.notes.add(Arguments, `the arguments of call %.60s are no JSON object: they are sent as {"input": ...}`, c.id)
		b.Write(`{"input":`)
		b.Share(c.arguments)
		b.Write(`}`)
	}
}
