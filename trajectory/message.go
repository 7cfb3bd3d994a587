package trajectory

import (
	"slices"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/filler"
)

// A Message is one chat message as JSON, stored once however many histories contain
// it. It is immutable.
type Message struct {
	wire     []byte     // a comma and the compact JSON: what follows an earlier message in a request body
	lead     bool       // a system or developer message
	text     *synthetic // nil for none
	recorded *recorded  // what it was recorded as, nil if no more than wire
	forms    forms      // in the other APIs
}

// A Block is a piece of synthetic text: Tokens words of four bytes, a space included,
// each of them one token in the vocabularies of common models. Of two blocks with the
// same Seed, the text of the shorter begins that of the longer; blocks with different
// seeds differ from their first words on.
//
// Recordings without text tell which parts of their prompts are equal. A Block for each
// part makes them equal again for a cache, at 16 bytes instead of the text.
type Block struct {
	Seed   uint64
	Tokens int
}

// synthetic is text that is made when it is sent.
type synthetic struct {
	at     int // its place in wire
	blocks []Block
	bytes  int // length of the text
	shared int // how many of the blocks other sessions begin with too; see ShareBlocks
}

// JSON returns the message as a compact JSON object, which must not be modified. A
// message with synthetic text is made anew by each call.
func (m *Message) JSON() []byte {
	if m.text == nil {
		return m.wire[1:]
	}
	return m.appendWire(nil)[1:]
}

// Role returns the message's "role".
func (m *Message) Role() string { return gjson.GetBytes(m.wire[1:], "role").String() }

// Blocks returns the synthetic text that the content begins with, nil if there is
// none. It must not be modified.
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

// appendWire appends the comma and the JSON, with synthetic text written out.
func (m *Message) appendWire(dst []byte) []byte {
	if m.text == nil {
		return append(dst, m.wire...)
	}
	dst = slices.Grow(dst, m.size()+1)
	dst = append(dst, m.wire[:m.text.at]...)
	dst = appendBlocks(dst, m.text.blocks, 1)
	return append(dst, m.wire[m.text.at:]...)
}

// appendBlocks appends the text of blocks with factor words for each token.
func appendBlocks(dst []byte, blocks []Block, factor float64) []byte {
	for _, b := range blocks {
		dst = filler.AppendBlock(dst, b.words(factor), b.Seed)
	}
	return dst
}

// words returns the number of words of a block that has factor of them for each token.
// Whether a fraction is rounded up depends on the seed: blocks of one length, of which a
// prompt may have thousands, are right on average, and of two with the same seed the
// shorter has no more words.
func (b Block) words(factor float64) int {
	if factor == 1 {
		return b.Tokens
	}
	const mix, bits = 0x9e3779b97f4a7c15, 53 // seeds may be small numbers
	up := float64(b.Seed*mix>>(64-bits)) / (1 << bits)
	return int(float64(b.Tokens)*factor + up)
}
