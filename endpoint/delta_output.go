package endpoint

import "github.com/agentperf/agentperf-go/internal/jsonscan"

// scanDelta scans the delta of a choice and counts its visible output. If a name comes
// twice, both count.
func (c *choice) scanDelta(t jsonscan.Text, i int) int {
	c.step = t.Is(i, '{')
	i, more := openOrNull(t, i, '{')
	for more {
		var name []byte
		name, i = t.Name(i)
		switch string(name) {
		case "content", "refusal":
			i = c.scanText(t, i)
		case "reasoning", "reasoning_content":
			before := c.visible
			i = c.scanText(t, i)
			c.reasoning = c.reasoning || c.visible > before
		case "function_call":
			i = c.scanFunction(t, i)
		case "tool_calls":
			i = c.scanCalls(t, i)
		case "role":
			c.role = true
			i = t.Skip(i)
		default:
			i = skipOther(t, name, i)
		}
		i, more = t.More(i, '{')
	}
	return i
}

// skipOther passes what is not output. What may be is a mistake, so that parseAnyDelta
// looks at it: text, or something with parts.
func skipOther(t jsonscan.Text, name []byte, i int) int {
	if quiet(string(name)) {
		return t.Skip(i)
	}
	switch i = t.Space(i); {
	case t.Is(i, '"'):
		n, after := t.Str(i)
		if n > 0 {
			return jsonscan.Mistake
		}
		return after
	case t.Is(i, '{'), t.Is(i, '['):
		after, more := t.Open(i, t[i])
		if more {
			return jsonscan.Mistake
		}
		return after
	}
	return t.Skip(i)
}

func (c *choice) scanText(t jsonscan.Text, i int) int {
	n, blank, i := scanText(t, i)
	c.visible += n
	c.blank += blank
	return i
}

// scanText passes a text or null and returns its length and how much of it shows nothing.
func scanText(t jsonscan.Text, i int) (n, blank, after int) {
	if t.Is(i, 'n') {
		return 0, 0, t.Literal(i, "null")
	}
	n, after = t.Str(i)
	if n > 0 && after <= len(t) {
		blank = blankBytes(t[after-1-n : after-1])
	}
	return n, blank, after
}

func (c *choice) scanCalls(t jsonscan.Text, i int) int {
	i, more := openOrNull(t, i, '[')
	for more {
		i = c.scanCall(t, i)
		i, more = t.More(i, '[')
	}
	return i
}

func (c *choice) scanCall(t jsonscan.Text, i int) int {
	var seen bool
	i, more := openOrNull(t, i, '{')
	for more {
		var name []byte
		name, i = t.Name(i)
		if string(name) == "function" && !seen { // the first counts
			seen = true
			i = c.scanFunction(t, i)
		} else {
			i = skipOther(t, name, i)
		}
		i, more = t.More(i, '{')
	}
	return i
}

func (c *choice) scanFunction(t jsonscan.Text, i int) int {
	i, more := openOrNull(t, i, '{')
	for more {
		var name []byte
		name, i = t.Name(i)
		switch string(name) {
		case "name", "arguments":
			i = c.scanText(t, i)
		default:
			i = t.Skip(i)
		}
		i, more = t.More(i, '{')
	}
	return i
}
