package trajectory

import (
	"iter"
	"slices"
)

// A History is the list of messages in one request. Histories are immutable and
// share their fronts: that of turn k+1 is that of turn k with the messages added since.
// A nil *History is the empty list.
type History struct {
	front *History
	last  *Message
	len   int
	size  int // see Size
}

// Len returns the number of messages.
func (h *History) Len() int {
	if h == nil {
		return 0
	}
	return h.len
}

// Size returns the length of the messages as a JSON array without its
// brackets, in bytes.
func (h *History) Size() int {
	if h == nil {
		return 0
	}
	return h.size
}

// Front returns the history without its last message.
func (h *History) Front() *History {
	if h == nil {
		return nil
	}
	return h.front
}

// Last returns the last message, nil if there is none.
func (h *History) Last() *Message {
	if h == nil {
		return nil
	}
	return h.last
}

// Append appends the messages to dst, first message first, and returns the
// extended slice.
func (h *History) Append(dst []*Message) []*Message {
	n := len(dst)
	dst = slices.Grow(dst, h.Len())[:n+h.Len()]
	for ; h != nil; h = h.front {
		dst[n+h.len-1] = h.last
	}
	return dst
}

// All iterates over the messages, first message first.
func (h *History) All() iter.Seq[*Message] {
	return slices.Values(h.Append(nil))
}

// Shared returns the number of messages at the front that both histories have: what
// a prefix cache that holds other saves on h. Both must come from the same [Store].
func (h *History) Shared(other *History) int {
	for h.Len() > other.Len() {
		h = h.front
	}
	for other.Len() > h.Len() {
		other = other.front
	}
	for h != other {
		h, other = h.front, other.front
	}
	return h.Len()
}
