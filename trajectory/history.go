package trajectory

import (
	"iter"
	"slices"
)

// A History is the list of messages that one request carries. Histories are
// immutable and share their fronts: the context of turn k+1 is the context of
// turn k and the messages added since. A nil *History is the empty list.
type History struct {
	front *History
	last  *Message
	len   int
	size  int
}

// Len returns the number of messages.
func (c *History) Len() int {
	if c == nil {
		return 0
	}
	return c.len
}

// Size returns the length of the messages as a JSON array without its
// brackets, in bytes.
func (c *History) Size() int {
	if c == nil {
		return 0
	}
	return c.size
}

// Front returns the context without its last message.
func (c *History) Front() *History {
	if c == nil {
		return nil
	}
	return c.front
}

// Last returns the last message, nil when there is none.
func (c *History) Last() *Message {
	if c == nil {
		return nil
	}
	return c.last
}

// Append appends the messages to dst, first message first, and returns the
// extended slice.
func (c *History) Append(dst []*Message) []*Message {
	n := len(dst)
	dst = slices.Grow(dst, c.Len())[:n+c.Len()]
	for ; c != nil; c = c.front {
		dst[n+c.len-1] = c.last
	}
	return dst
}

// All iterates over the messages, first message first.
func (c *History) All() iter.Seq[*Message] {
	return slices.Values(c.Append(nil))
}

// Shared returns the number of messages at the front that c and d have in
// common: what a prefix cache that holds d saves on c. Both must come from the
// same [Store].
func (c *History) Shared(d *History) int {
	for c.Len() > d.Len() {
		c = c.front
	}
	for d.Len() > c.Len() {
		d = d.front
	}
	for c != d {
		c, d = c.front, d.front
	}
	return c.Len()
}
