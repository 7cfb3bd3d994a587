package endpoint

import (
	"bytes"
	"errors"
)

const (
	readSize = 2 << 10 // room offered to a read, for some events: each agent has it
	maxEvent = 4 << 20 // bytes of one event
	maxStray = 4 << 10 // bytes kept of lines that are no fields: enough to tell what they are
)

var errEventTooLong = errors.New("an event is longer than 4 MiB")

// decoder splits a byte stream into server-sent events by the HTML standard (9.2.6):
// lines end in CR, LF or CRLF, comments and unknown fields are skipped, data lines are
// joined by LF, and a BOM may come first. Unlike there, an event that the end of the
// stream completes, without a blank line, is an event: servers that leave the line out
// have sent all of it. It copies only events of several data lines. The zero value is
// ready.
type decoder struct {
	buf   []byte
	start int // of the event being read
	pos   int // of its first line not yet parsed
	seen  int // no line end between pos and here
	end   int // of the bytes received

	began  bool // past the BOM
	skipLF bool // the line before ended in CR

	failed   bool // the event's type is "error"
	lines    int  // data lines of the event
	from, to int  // the data of a one-line event
	joined   []byte

	known bool   // there were comments or fields that are not data
	stray []byte // the first lines that are neither; see maxStray
}

// room returns where the next read may go.
func (d *decoder) room() []byte {
	if d.start == d.end && d.lines == 0 {
		d.shift()
	}
	if len(d.buf)-d.end < readSize/2 {
		d.shift()
		if len(d.buf)-d.end < readSize/2 {
			d.buf = append(d.buf, make([]byte, max(readSize, len(d.buf)))...)
		}
	}
	return d.buf[d.end:]
}

// shift moves the event being read to the front of the buffer.
func (d *decoder) shift() {
	k := d.start
	copy(d.buf, d.buf[k:d.end])
	d.start, d.pos, d.seen, d.end = 0, d.pos-k, d.seen-k, d.end-k
	d.from, d.to = d.from-k, d.to-k
}

// last returns the event, if any, that the end of the stream completes: one without a
// blank line after it, or without a line end. It is called after next has returned the
// others.
func (d *decoder) last() (data []byte, failed, ok bool, err error) {
	d.began = true // what could have become a BOM did not
	if d.pos < d.end {
		line := d.buf[d.pos:d.end]
		d.pos = d.end + 1 // where it would be after a line end
		if err := d.field(line); err != nil {
			return nil, false, false, err
		}
	}
	if data, failed, ok = d.joined, d.failed, d.lines > 0; d.lines == 1 {
		data = d.buf[d.from:d.to]
	}
	d.pos, d.seen = d.end, d.end
	d.dispatched()
	return data, failed, ok, nil
}

// rest returns the received bytes that are not an event yet.
func (d *decoder) rest() []byte { return d.buf[d.start:d.end] }

// received records that n bytes were read into room.
func (d *decoder) received(n int) { d.end += n }

// next returns the data of the next complete event, valid until the next call of room,
// and whether its type is "error", the only type that matters here. ok is false when
// more bytes are needed.
func (d *decoder) next() (data []byte, failed, ok bool, err error) {
	if d.lines == 0 && d.start == d.end {
		return nil, false, false, nil // as after every event that came alone
	}
	if data := d.fast(); data != nil {
		return data, false, true, nil
	}
	if !d.begin() {
		return nil, false, false, nil
	}
	for {
		line, ok := d.line()
		if !ok {
			if d.end-d.start+len(d.joined) > maxEvent {
				return nil, false, false, errEventTooLong
			}
			return nil, false, false, nil
		}
		switch {
		case len(line) > 0:
			if err := d.field(line); err != nil {
				return nil, false, false, err
			}
			if d.lines != 1 {
				d.start = d.pos // nothing in the buffer to keep
			}
		case d.lines > 0:
			// Of several lines from and to mean nothing: the buffer may have
			// moved on since the first.
			if data, failed = d.joined, d.failed; d.lines == 1 {
				data = d.buf[d.from:d.to]
			}
			d.dispatched()
			return data, failed, true, nil
		default:
			d.dispatched()
		}
	}
}

// begin skips a BOM. It returns false until there are bytes enough to tell.
func (d *decoder) begin() bool {
	const bom = "\ufeff"
	if d.began {
		return true
	}
	head := d.buf[d.start:d.end]
	if len(head) < len(bom) && bytes.HasPrefix([]byte(bom), head) {
		return false
	}
	if bytes.HasPrefix(head, []byte(bom)) {
		d.start += len(bom)
		d.pos, d.seen = d.start, d.start
	}
	d.began = true
	return true
}

// line returns the next line without its end.
func (d *decoder) line() (line []byte, ok bool) {
	if d.skipLF && d.pos < d.end {
		d.skipLF = false
		if d.buf[d.pos] == '\n' {
			if d.start == d.pos {
				d.start++
			}
			d.pos++
			d.seen = max(d.seen, d.pos)
		}
	}
	rest := d.buf[d.seen:d.end]
	i := bytes.IndexByte(rest, '\n')
	if i >= 0 {
		rest = rest[:i]
	}
	if cr := bytes.IndexByte(rest, '\r'); cr >= 0 {
		i, d.skipLF = cr, true
	}
	if i < 0 {
		d.seen = d.end
		return nil, false
	}
	line = d.buf[d.pos : d.seen+i]
	d.pos = d.seen + i + 1
	d.seen = d.pos
	return line, true
}

// field parses one line that is not blank.
func (d *decoder) field(line []byte) error {
	if len(line) > maxEvent {
		return errEventTooLong
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "event":
		d.known = true
		d.failed = string(value) == "error"
	case "data":
		// value ends where the line does, just before pos.
		to := d.pos - 1
		from := to - len(value)
		switch d.lines++; d.lines {
		case 1:
			d.from, d.to = from, to
			return nil
		case 2:
			d.joined = append(d.joined[:0], d.buf[d.from:d.to]...)
		}
		d.joined = append(append(d.joined, '\n'), value...)
		if len(d.joined) > maxEvent {
			return errEventTooLong
		}
	case "", "id", "retry":
		d.known = true
	default:
		if room := maxStray - len(d.stray); room > 0 {
			d.stray = append(append(d.stray, line[:min(len(line), room)]...), '\n')
		}
	}
	return nil
}

// dispatched prepares for the next event. The joined data stays valid.
func (d *decoder) dispatched() {
	d.start, d.lines, d.failed, d.joined = d.pos, 0, false, d.joined[:0]
}

// reset makes the decoder ready for another stream.
func (d *decoder) reset() {
	const most = 16 * readSize // give the room of long events back
	buf, joined := d.buf, d.joined[:0]
	if len(buf) > most {
		buf = nil
	}
	if cap(joined) > most {
		joined = nil
	}
	*d = decoder{buf: buf, joined: joined}
}
