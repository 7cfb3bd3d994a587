package trajectory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/filler"
	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// A Store keeps each distinct message and each distinct history once. Equal content
// appended to the same history gives the same *History, so that trajectories read
// through one Store share everything they have in common.
//
// The zero value is ready to use. A Store is not safe for concurrent use; what it
// returns is.
type Store struct {
	seed      maphash.Seed
	seeded    bool
	messages  map[uint64][]*Message
	blobs     map[uint64][]json.RawMessage
	histories map[node]*History
	bytes     int64
	scratch   []byte // the last message, for its memory
}

// node identifies a history by its parts.
type node struct {
	front *History
	last  *Message
}

// Append returns h with one more message, a JSON object in any spacing, to which it
// keeps no reference. It returns an error if message is not a JSON object with a
// "role".
func (s *Store) Append(h *History, message []byte) (*History, error) {
	m, err := s.message(message)
	if err != nil {
		return nil, err
	}
	return s.append(h, m), nil
}

// AppendSynthetic is Append for a message with synthetic text in front of its content,
// which must be a string. The text is stored as its blocks alone.
func (s *Store) AppendSynthetic(h *History, message []byte, blocks []Block) (*History, error) {
	m, err := s.message(message)
	if err != nil {
		return nil, err
	}
	if len(blocks) > 0 {
		if m, err = s.synthetic(m, blocks); err != nil {
			return nil, err
		}
	}
	return s.append(h, m), nil
}

func (s *Store) append(h *History, m *Message) *History {
	key := node{h, m}
	if next, ok := s.histories[key]; ok {
		return next
	}
	next := &History{front: h, last: m, len: h.Len() + 1, size: h.Size() + m.size() + 1}
	if h == nil {
		next.size-- // no comma before the first
	}
	if s.histories == nil {
		s.histories = make(map[node]*History)
	}
	s.histories[key] = next
	return next
}

// Raw returns a shared compact copy of a JSON value, such as a list of tools. It
// returns an error if value is not JSON.
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

// Bytes returns the size of the distinct content stored. Synthetic text counts as the
// 16 bytes of each of its blocks.
func (s *Store) Bytes() int64 { return s.bytes }

func (s *Store) hash(b []byte) uint64 {
	if !s.seeded {
		s.seed, s.seeded = maphash.MakeSeed(), true
	}
	return maphash.Bytes(s.seed, b)
}

// message returns the stored message with the given JSON.
func (s *Store) message(raw []byte) (*Message, error) {
	wire, err := jsonscan.AppendCompact(append(s.scratch[:0], ','), raw)
	if err != nil {
		return nil, fmt.Errorf("message is not JSON: %w", err)
	}
	if cap(wire) <= maxScratch {
		s.scratch = wire
	}
	if wire[1] != '{' {
		return nil, fmt.Errorf("message is %s, expected a JSON object", kind(wire[1:]))
	}
	role := gjson.GetBytes(wire[1:], "role")
	if role.Type != gjson.String || role.Str == "" {
		return nil, errors.New(`message has no "role"`)
	}
	h := s.hash(wire)
	for _, old := range s.messages[h] {
		if old.text == nil && bytes.Equal(old.wire, wire) {
			return old, nil
		}
	}
	m := &Message{wire: bytes.Clone(wire), lead: role.Str == "system" || role.Str == "developer"}
	s.keep(h, m, len(wire))
	return m, nil
}

// maxBlockTokens bounds a block: 64 MiB of text.
const maxBlockTokens = 1 << 24

// maxScratch bounds the memory that a store keeps for the next message.
const maxScratch = 1 << 20

// synthetic returns the stored message that is m with blocks in front of its content.
func (s *Store) synthetic(m *Message, blocks []Block) (*Message, error) {
	content := gjson.GetBytes(m.wire[1:], "content")
	if content.Type != gjson.String {
		return nil, errors.New(`message has no "content" that is a string`)
	}
	h := s.hash(m.wire)
	text := &synthetic{at: 1 + content.Index + 1, blocks: blocks} // after the quote
	for _, b := range blocks {
		if b.Tokens < 0 || b.Tokens > maxBlockTokens {
			return nil, fmt.Errorf("a block of %d tokens, expected 0 to %d", b.Tokens, maxBlockTokens)
		}
		h = (h^b.Seed)*0x9e3779b97f4a7c15 + uint64(b.Tokens)
		text.bytes += b.Tokens * filler.BytesPerToken
	}
	for _, old := range s.messages[h] {
		if old.text != nil && bytes.Equal(old.wire, m.wire) && slices.Equal(old.text.blocks, blocks) {
			return old, nil
		}
	}
	text.blocks = slices.Clone(blocks)
	n := &Message{wire: m.wire, lead: m.lead, text: text}
	s.keep(h, n, 16*len(blocks))
	return n, nil
}

func (s *Store) keep(h uint64, m *Message, size int) {
	if s.messages == nil {
		s.messages = make(map[uint64][]*Message)
	}
	s.messages[h] = append(s.messages[h], m)
	s.bytes += int64(size)
}

// kind names the type of a JSON value for an error message.
func kind(value []byte) string {
	switch r := gjson.ParseBytes(value); {
	case r.IsArray():
		return "an array"
	case r.Type == gjson.String:
		return "a string"
	case r.Type == gjson.Number:
		return "a number"
	case r.Type == gjson.Null:
		return "null"
	default:
		return "a boolean"
	}
}
