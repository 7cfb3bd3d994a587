package dialect

// Items returns a chat message, which must be compact JSON, as items of Responses, or as the
// inside of a JSON string if it is a system message. With hole, Form.Hole is the place where
// its text begins, which must be a string. The result shares the memory of wire.
//
// A text is an input_text or output_text part, in a message with the id and status that strict
// servers demand of an answer, a picture an input_image; a call is a
// function_call item, a tool's message a function_call_output, whose parts become one text
// unless there are pictures. Other parts become a word in brackets.
func Items(wire []byte, hole bool, notes Notes) Form {
	m := scan(wire, notes)
	f := Form{Role: m.kind(), Hole: -1}
	b := items{blocks: blocks{notes: notes, glue: ","}}
	switch {
	case m.result():
		f.Hole = b.output(m, hole)
	case f.Role == System:
		f.Hole = b.texts(m, hole)
	case f.Role == Assistant:
		b.open, b.kind = assistantOpen, outputText
		f.Hole = b.message(m, hole)
		m.eachCall(b.call)
	default:
		b.open, b.kind = itemOpen, inputText
		f.Hole = b.message(m, hole)
	}
	if b.Empty() {
		notes.add(Content, "a message of role %.40s says nothing and is left out", m.role)
	}
	f.Segments, f.Glue = b.Segments(), b.glued
	return f
}

const (
	itemOpen      = `{"type":"message","role":"user","content":[`
	assistantOpen = `{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[`
	inputText     = `{"type":"input_text","text":"`
	outputText    = `{"type":"output_text","annotations":[],"text":"`
)

// items are items under construction.
type items struct {
	blocks
	open, kind string // what a message begins with, empty where there is none, and a text in it
	opened     bool   // the message has begun
}

// message adds the content of a message as one item, and none if it is empty.
func (b *items) message(m message, hole bool) (at int) {
	at = -1
	if hole {
		b.text()
		at = b.Cut()
		b.Share(inside(m.content))
		b.Write(`"}`)
	} else {
		m.parts(b.part)
	}
	if b.opened {
		b.Write(`]}`)
		b.more = true
	}
	return at
}

// text begins a text in a message, which it begins too if that is due.
func (b *items) text() {
	b.begin("")
	b.Write(b.kind)
}

// begin is that of blocks for a part of a message.
func (b *items) begin(text string) {
	if !b.opened && b.open != "" {
		b.blocks.begin(b.open)
		b.opened, b.more = true, false
	}
	b.blocks.begin(text)
}

func (b *items) part(c content) {
	switch {
	case c.kind == "text":
		if len(c.text) > 2 {
			b.text()
			b.Share(inside(c.text))
			b.Write(`"}`)
		}
	case c.kind == "image_url" && b.kind == inputText:
		b.begin(`{"type":"input_image","image_url":`)
		b.Share(c.url)
		b.Write(`}`)
	default:
		b.notes.add(Content, "a part of type %.40q is replaced by a word: the API has no place for it", c.kind)
		b.text()
		b.Copy(word(c.kind))
		b.Write(`"}`)
	}
}

func (b *items) call(c call) {
	b.blocks.begin(`{"type":"function_call","call_id":`)
	b.Copy(c.id)
	b.Write(`,"name":`)
	b.Copy(c.name)
	b.Write(`,"arguments":`)
	switch {
	case len(c.arguments) == 0 || string(c.arguments) == "null":
		b.Write(`"{}"`)
	case c.arguments[0] == '"':
		b.Share(c.arguments)
	default:
		b.Copy(quote(c.arguments))
	}
	b.Write(`}`)
}

// output adds the result of a call.
func (b *items) output(m message, hole bool) (at int) {
	pictures := false
	m.parts(func(c content) { pictures = pictures || c.kind == "image_url" })
	b.begin(`{"type":"function_call_output","call_id":`)
	b.Copy(idOf(m.id))
	if pictures {
		b.Write(`,"output":[`)
		b.kind, b.more = inputText, false
		m.parts(b.part)
		b.Write(`]}`)
		return -1
	}
	b.Write(`,"output":"`)
	at = b.texts(m, hole)
	b.Write(`"}`)
	return at
}

// texts adds the texts of a content, with line ends between them, without quotes.
func (b *items) texts(m message, hole bool) (at int) {
	at = -1
	if hole {
		at = b.Cut()
	}
	more := false
	m.parts(func(c content) {
		if more {
			b.Write(`\n`)
		}
		more = true
		if c.kind == "text" {
			b.Share(inside(c.text))
			return
		}
		b.notes.add(Content, "a part of type %.40q is replaced by a word: the API has no place for it", c.kind)
		b.Copy(word(c.kind))
	})
	return at
}
