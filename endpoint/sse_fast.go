package endpoint

import "bytes"

// fast is the fast path of next for the shape of nearly all events: complete, one
// data line, perhaps after a line with the type, and a blank line, all ended by LF. It
// returns the event's data, or nil without any effect for any other event and for one
// that an earlier call has begun to scan. Its cost is a fraction of next's
// (BenchmarkFraming).
func (d *decoder) fast() []byte {
	const field = "data: "
	if !d.began || d.skipLF || d.failed || d.lines > 0 || d.seen > d.start {
		return nil
	}
	rest := d.buf[d.start:d.end]
	from := 0
	if len(rest) > 0 && rest[0] == 'e' {
		from = typeLine(rest)
	}
	if len(rest)-from < len(field) || string(rest[from:from+len(field)]) != field {
		return nil
	}
	from += len(field)
	i := bytes.IndexByte(rest[from:], '\n')
	to := from + i
	if i < 0 || i > maxEvent-len(field) || to+1 == len(rest) || rest[to+1] != '\n' || bytes.IndexByte(rest[:to], '\r') >= 0 {
		return nil
	}
	d.known = d.known || from > len(field)
	d.start += to + 2
	d.pos, d.seen = d.start, d.start
	return rest[from:to]
}

// typeLine returns the length of a first line that states the type of an event; 0 where
// there is none, or it is an error.
func typeLine(text []byte) int {
	const field, failed = "event: ", "error"
	if len(text) < len(field) || string(text[:len(field)]) != field {
		return 0
	}
	i := bytes.IndexByte(text, '\n')
	if i < 0 || i > maxEvent || string(text[len(field):i]) == failed {
		return 0
	}
	return i + 1
}
