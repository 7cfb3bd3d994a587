package trajectory

import (
	"slices"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/filler"
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
