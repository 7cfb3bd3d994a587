package endpoint

import "github.com/agentperf/agentperf-go/internal/jsonscan"

// scanDelta reads and checks an event in one pass. ok is false for an event that is not
// JSON and for one of an unusual shape, such as an error, content in parts, arguments
// that are not a string, or a name with escapes. Otherwise the delta is the one that
// parseAnyDelta returns (FuzzScanDelta compares them), also if a name comes twice.
func scanDelta(data []byte) (d delta, ok bool) {
	t := jsonscan.Text(data)
	i, more := t.Open(0, '{')
	for more {
		var name []byte
		name, i = t.Name(i)
		switch string(name) {
		case "choices":
			i = d.scanChoices(t, i)
		case "usage":
			i = d.scanUsage(t, i)
		case "error":
			i = t.Literal(i, "null")
		case "object":
			var kind []byte
			if kind, i = t.Word(i); string(kind) == "error" {
				return delta{}, false
			}
		default:
			i = t.Skip(i)
		}
		i, more = t.More(i, '{')
	}
	return d, t.Space(i) == len(t)
}

// openOrNull treats null as an empty object or array.
func openOrNull(t jsonscan.Text, i int, bracket byte) (after int, more bool) {
	if t.Is(i, 'n') {
		return t.Literal(i, "null"), false
	}
	return t.Open(i, bracket)
}

func (d *delta) scanChoices(t jsonscan.Text, i int) int {
	i, more := openOrNull(t, i, '[')
	for more {
		var c choice
		i = c.scan(t, i)
		d.add(&c)
		i, more = t.More(i, '[')
	}
	return i
}

// choice is what one choice contains. It is added to the delta at its end, since its
// index may come last.
type choice struct {
	index     int
	visible   int
	blank     int
	reasoning bool
	step      bool // there is a delta
	role      bool
	finish    []byte
}

func (d *delta) add(c *choice) {
	if c.index != 0 {
		d.several = d.several || c.visible > 0
		return
	}
	d.visible += c.visible
	d.blank += c.blank
	d.reasoning = d.reasoning || c.reasoning
	d.step = d.step || c.step
	d.role = d.role || c.role
	if len(c.finish) > 0 {
		if f := finishOf(string(c.finish)); f != "" {
			d.finish, d.step = f, true
		}
	}
}

// scan scans a choice. If a name comes twice, the last counts.
func (c *choice) scan(t jsonscan.Text, i int) int {
	i, more := openOrNull(t, i, '{')
	for more {
		var name []byte
		name, i = t.Name(i)
		switch string(name) {
		case "index":
			c.index, i = t.Uint(i)
		case "delta":
			c.visible, c.blank, c.reasoning, c.role = 0, 0, false, false
			i = c.scanDelta(t, i)
		case "finish_reason":
			c.finish = nil
			if t.Is(i, 'n') {
				i = t.Literal(i, "null")
			} else {
				c.finish, i = t.Word(i)
			}
		default:
			i = t.Skip(i)
		}
		i, more = t.More(i, '{')
	}
	return i
}
