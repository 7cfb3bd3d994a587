package trajectory

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/filler"
	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// A Message is one chat message as JSON, stored once however many contexts of
// however many trajectories contain it. It is immutable.
type Message struct {
	wire []byte // a comma and the compact JSON: what follows an earlier message in a request body
	lead bool   // a system or developer message
	text *synthetic
}

// A Block is a piece of synthetic text: Tokens words of four bytes, blank
// included, each of them one token in the vocabularies of common models. Blocks
// of the same Seed have the same text, as far as the shorter one goes; blocks
// of different seeds differ from their first words on.
//
// Recordings without text say which parts of a prompt are alike. A Block for
// each part makes them alike again, for a cache, at 16 bytes instead of the text.
type Block struct {
	Seed   uint64
	Tokens int
}

// synthetic is text that is made when it is sent.
type synthetic struct {
	at     int // where in wire it stands
	blocks []Block
	bytes  int
}

// JSON returns the message as a compact JSON object. It must not be changed. With
// synthetic text it is made anew for each call.
func (m *Message) JSON() []byte {
	if m.text == nil {
		return m.wire[1:]
	}
	return m.appendWire(nil)[1:]
}

// Role returns the message's "role", empty when it has none.
func (m *Message) Role() string { return gjson.GetBytes(m.wire[1:], "role").String() }

// Blocks returns the synthetic text that the content begins with, nil for none.
// It must not be changed.
func (m *Message) Blocks() []Block {
	if m.text == nil {
		return nil
	}
	return m.text.blocks
}

// size returns the length of the JSON.
func (m *Message) size() int {
	n := len(m.wire) - 1
	if m.text != nil {
		n += m.text.bytes
	}
	return n
}

// appendWire appends the comma and the JSON with the text made out.
func (m *Message) appendWire(dst []byte) []byte {
	if m.text == nil {
		return append(dst, m.wire...)
	}
	dst = slices.Grow(dst, m.size()+1)
	dst = append(dst, m.wire[:m.text.at]...)
	for _, b := range m.text.blocks {
		dst = filler.AppendBlock(dst, b.Tokens, b.Seed)
	}
	return append(dst, m.wire[m.text.at:]...)
}

// message returns the one message of the given JSON.
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

// synthetic returns the one message that is m with blocks in front of its
// content.
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
