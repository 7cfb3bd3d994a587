package endpoint

import "bytes"

// usual returns the data of the next event if it is as nearly all are: complete,
// one data line and a blank one, both ended by LF. For any other it returns nil
// and changes nothing. It is what next does for such an event, at a fraction of
// the cost (BenchmarkFraming). What an earlier call has seen the beginning of is
// left to next, which does not look at it again.
func (d *decoder) usual() []byte {
	const field = "data: "
	if !d.began || d.skipLF || d.failed || d.lines > 0 || d.seen > d.start {
		return nil
	}
	rest := d.buf[d.start:d.end]
	if len(rest) < len(field) || string(rest[:len(field)]) != field {
		return nil
	}
	i := bytes.IndexByte(rest, '\n')
	if i < 0 || i > maxEvent || i+1 == len(rest) || rest[i+1] != '\n' || bytes.IndexByte(rest[:i], '\r') >= 0 {
		return nil
	}
	d.start += i + 2
	d.pos, d.seen = d.start, d.start
	return rest[len(field):i]
}
