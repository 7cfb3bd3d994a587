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
	named := typeLine(rest)
	rest = rest[named:]
	if len(rest) < len(field) || string(rest[:len(field)]) != field {
		return nil
	}
	i := bytes.IndexByte(rest, '\n')
	if i < 0 || i > maxEvent || i+1 == len(rest) || rest[i+1] != '\n' || bytes.IndexByte(rest[:i], '\r') >= 0 {
		return nil
	}
	d.known = d.known || named > 0
	d.start += named + i + 2
	d.pos, d.seen = d.start, d.start
	return rest[len(field):i]
}

// typeLine returns the length of a first line that states the type of an event; 0 where
// there is none, or it is an error.
func typeLine(text []byte) int {
	const field, failed = "event: ", "error"
	if len(text) < len(field) || text[0] != 'e' || string(text[:len(field)]) != field {
		return 0
	}
	i := bytes.IndexByte(text, '\n')
	if i < 0 || i > maxEvent || string(text[len(field):i]) == failed || bytes.IndexByte(text[:i], '\r') >= 0 {
		return 0
	}
	return i + 1
}
