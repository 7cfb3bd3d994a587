package trajectory

import (
	"bytes"
	"encoding/json"
	"hash/maphash"
	"iter"
	"slices"
)

// A Context is the list of messages that one request carries. Contexts are
// immutable and share their fronts: the context of turn k+1 is the context of
// turn k and the messages added since. A nil *Context is the empty list.
type Context struct {
	front *Context
	last  *Message
	len   int
	size  int
}

// Len returns the number of messages.
func (c *Context) Len() int {
	if c == nil {
		return 0
	}
	return c.len
}

// Size returns the length of the messages as a JSON array without its
// brackets, in bytes.
func (c *Context) Size() int {
	if c == nil {
		return 0
	}
	return c.size
}

// Front returns the context without its last message.
func (c *Context) Front() *Context {
	if c == nil {
		return nil
	}
	return c.front
}

// Last returns the last message, nil when there is none.
func (c *Context) Last() *Message {
	if c == nil {
		return nil
	}
	return c.last
}

// Append appends the messages to dst, first message first, and returns the
// extended slice.
func (c *Context) Append(dst []*Message) []*Message {
	n := len(dst)
	dst = slices.Grow(dst, c.Len())[:n+c.Len()]
	for ; c != nil; c = c.front {
		dst[n+c.len-1] = c.last
	}
	return dst
}

// All iterates over the messages, first message first.
func (c *Context) All() iter.Seq[*Message] {
	return slices.Values(c.Append(nil))
}

// Shared returns the number of messages at the front that c and d have in
// common: what a prefix cache that holds d saves on c. Both must come from the
// same [Store].
func (c *Context) Shared(d *Context) int {
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

// A Store keeps each distinct message and each distinct list of messages once.
// Equal content appended to the same context yields the same *Context, so that
// trajectories read through one Store share all they have in common.
//
// The zero value is ready. A Store is not safe for concurrent use; what it
// returned is.
type Store struct {
	seed     maphash.Seed
	seeded   bool
	messages map[uint64][]*Message
	blobs    map[uint64][]json.RawMessage
	contexts map[node]*Context
	bytes    int64
	scratch  []byte
}

// node identifies a context by its parts.
type node struct {
	front *Context
	last  *Message
}

// Append returns the context that is c and one more message, given as a JSON
// object in any spacing. It keeps no reference to message. An error says that
// the message is not a JSON object with a "role".
func (s *Store) Append(c *Context, message []byte) (*Context, error) {
	m, err := s.message(message)
	if err != nil {
		return nil, err
	}
	return s.append(c, m), nil
}

// AppendSynthetic is Append for a message whose content, a string, comes after
// synthetic text. Of the text only the blocks are kept.
func (s *Store) AppendSynthetic(c *Context, message []byte, blocks []Block) (*Context, error) {
	m, err := s.message(message)
	if err != nil {
		return nil, err
	}
	if len(blocks) > 0 {
		if m, err = s.synthetic(m, blocks); err != nil {
			return nil, err
		}
	}
	return s.append(c, m), nil
}

func (s *Store) append(c *Context, m *Message) *Context {
	key := node{c, m}
	if next, ok := s.contexts[key]; ok {
		return next
	}
	next := &Context{front: c, last: m, len: c.Len() + 1, size: c.Size() + m.size() + 1}
	if c == nil {
		next.size-- // no comma before the first
	}
	if s.contexts == nil {
		s.contexts = make(map[node]*Context)
	}
	s.contexts[key] = next
	return next
}

// Raw returns a shared compact copy of a JSON value, such as a tool list.
func (s *Store) Raw(value []byte) (json.RawMessage, error) {
	var b bytes.Buffer
	if err := json.Compact(&b, value); err != nil {
		return nil, err
	}
	h := s.hash(b.Bytes())
	for _, old := range s.blobs[h] {
		if bytes.Equal(old, b.Bytes()) {
			return old, nil
		}
	}
	if s.blobs == nil {
		s.blobs = make(map[uint64][]json.RawMessage)
	}
	v := json.RawMessage(bytes.Clone(b.Bytes()))
	s.blobs[h] = append(s.blobs[h], v)
	s.bytes += int64(len(v))
	return v, nil
}

// Bytes returns the bytes of distinct content stored. Synthetic text counts as
// its blocks take, 16 bytes each.
func (s *Store) Bytes() int64 { return s.bytes }

func (s *Store) hash(b []byte) uint64 {
	if !s.seeded {
		s.seed, s.seeded = maphash.MakeSeed(), true
	}
	return maphash.Bytes(s.seed, b)
}
