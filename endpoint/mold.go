package endpoint

import (
	"bytes"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// A mold is the shape of an event with one text. Most events of an answer differ from the
// one before in nothing else, but for their number: such an event is JSON if its text is,
// and means the same, which takes less to see than to read it.
type mold struct {
	head, tail half
	like       delta // what the event was, without its text
	sort       sort  // and of which sort
	made       int   // molds of this answer
	room       [mostMold]byte
}

// mostMold is the size of the largest event, without its text, of which a mold is made:
// deltas of all servers looked at have 80 to 240 bytes.
const mostMold = 512

// mostMolds is how many are made in an answer. Where events differ in more, as by a running
// count of tokens, each would need its own.
const mostMolds = 16

// half is one side of an event. to is 0 where it has no number, and otherwise from and to
// are the place of that.
type half struct {
	text     []byte
	from, to int
}

// learn makes a mold of an event that has its only text, of n bytes, at a place.
func (m *mold) learn(data []byte, at, n int, d *delta, s sort) {
	if m == nil || m.made == mostMolds || at == 0 || n == 0 || d.counted || len(data)-n > mostMold {
		return
	}
	m.made++
	k := copy(m.room[:], data[:at])
	end := k + copy(m.room[k:], data[at+n:])
	m.head, m.tail = halfOf(m.room[:k]), halfOf(m.room[k:end])
	m.like, m.sort = *d, s
}

// halfOf finds the number of a side. In JSON the quotes that a string holds are escaped, so
// that this is the name of a field wherever it is.
func halfOf(text []byte) half {
	const name = `"sequence_number":`
	h := half{text: text}
	if i := bytes.Index(text, []byte(name)); i >= 0 {
		if to := number9(text, i+len(name)); to > 0 {
			h.from, h.to = i+len(name), to
		}
	}
	return h
}

// number9 passes a number of one to nine digits; 0 where there is none.
func number9(text []byte, i int) int {
	from := i
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	if i == from || i > from+9 || text[from] == '0' && i > from+1 {
		return 0
	}
	return i
}

// passes returns the place behind the half in data that begins with it; -1 if it does not.
func (h *half) passes(data []byte) int {
	if h.to == 0 {
		if len(data) < len(h.text) || string(data[:len(h.text)]) != string(h.text) {
			return -1
		}
		return len(h.text)
	}
	if len(data) < h.from || string(data[:h.from]) != string(h.text[:h.from]) {
		return -1
	}
	i := number9(data, h.from)
	rest := h.text[h.to:]
	if i == 0 || len(data)-i < len(rest) || string(data[i:i+len(rest)]) != string(rest) {
		return -1
	}
	return i + len(rest)
}

// read reads an event that differs from that of the mold in its text and number only.
func (m *mold) read(data []byte, d *delta) bool {
	if m == nil || len(m.head.text) == 0 {
		return false
	}
	at := m.head.passes(data)
	if at < 0 {
		return false
	}
	n, after := jsonscan.Text(data).Str(at - 1)
	if n == 0 || after > len(data) {
		return false
	}
	rest := data[after-1:]
	if m.tail.passes(rest) != len(rest) {
		return false
	}
	*d = m.like
	d.visible, d.blank = n, blankBytes(data[at:at+n])
	return true
}
