package format

import (
	"fmt"
	"hash/fnv"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A hashedChat builds contexts from lists of block hashes, the form of recordings
// that tell which parts of prompts are equal but not what they say. Two requests
// share exactly the leading blocks whose hashes are equal.
//
// Blocks become chat messages: tools and system prompt a system message, then for
// each step an assistant's message about as long as the previous answer and a
// user's message for the rest. The tail, what a request has beyond its whole
// blocks, goes into the last message of that request alone.
type hashedChat struct {
	rd    *reader
	scope uint64 // of the hashes: equal hashes of different scopes are different blocks
	size  int    // tokens per block
	lead  int    // blocks of tools and system prompt

	ids   []uint64 // of the previous request
	spans []span
	// done[i] is the context of spans[:i+1], for all spans but the last.
	done []*trajectory.History
	tail uint64 // numbers the tails, which are never shared
}

// A span is a message: the blocks up to end, counted from the first of the
// request.
type span struct {
	role string
	end  int
}

// hashScope returns the scope of a name.
func hashScope(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// mix returns a hash of two numbers, by the finalizer of splitmix64.
func mix(a, b uint64) uint64 {
	x := a ^ (b+0x9e3779b97f4a7c15)*0xbf58476d1ce4e5b9
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// next returns the context of a request of input tokens with the given blocks,
// after an answer of answer tokens.
func (h *hashedChat) next(ids []uint64, input, answer int) (*trajectory.History, error) {
	if most := maxPrompt / h.size; len(ids) > most {
		return nil, fmt.Errorf("%d blocks of %d tokens, expected at most %d", len(ids), h.size, most)
	}
	kept := 0
	for kept < len(ids) && kept < len(h.ids) && ids[kept] == h.ids[kept] {
		kept++
	}
	all := kept == len(h.ids) && len(h.spans) > 0
	// Messages that begin inside the shared blocks are kept.
	n := 0
	for n < len(h.spans) && kept > 0 && (n == 0 || h.spans[n-1].end < kept) {
		n++
	}
	h.spans = h.spans[:n]
	last := ""
	if n > 0 {
		h.spans[n-1].end = min(h.spans[n-1].end, kept)
		last = h.spans[n-1].role
	}
	h.done = h.done[:min(len(h.done), max(0, n-1))]
	h.ids = append(h.ids[:kept], ids[kept:]...)

	switch fresh := len(ids) - kept; {
	case last == "" && h.lead > 0:
		h.spans = append(h.spans, span{"system", min(h.lead, len(ids))}, span{"user", len(ids)})
	case last == "user" && all:
		h.spans = append(h.spans, span{"assistant", kept + min(fresh, (answer+h.size/2)/h.size)}, span{"user", len(ids)})
	case last == "user": // a changed end continues the same message
		h.spans[n-1].end = len(ids)
	default:
		h.spans = append(h.spans, span{"user", len(ids)})
	}
	return h.context(input)
}

// context returns the context of the spans.
func (h *hashedChat) context(input int) (c *trajectory.History, err error) {
	from := 0
	for i, s := range h.spans {
		final := i == len(h.spans)-1
		switch {
		case i < len(h.done):
			c = h.done[i]
		case final:
			return h.message(c, s.role, h.blocks(from, s.end, input, true))
		default:
			if c, err = h.message(c, s.role, h.blocks(from, s.end, input, false)); err != nil {
				return nil, err
			}
			h.done = append(h.done, c)
		}
		from = s.end
	}
	return c, nil
}

func (h *hashedChat) message(c *trajectory.History, role string, blocks []trajectory.Block) (*trajectory.History, error) {
	content := `""`
	if len(blocks) == 0 {
		content = `"."` // some servers refuse an empty message
	}
	message := fmt.Appendf(nil, `{"role":%q,"content":%s}`, role, content)
	return h.rd.store.AppendSynthetic(c, message, blocks)
}

// blocks returns the synthetic text of blocks from to end of the request. If
// final, they are its last: the tail follows, and the last block may be short.
func (h *hashedChat) blocks(from, end, input int, final bool) []trajectory.Block {
	list := make([]trajectory.Block, 0, end-from+1)
	for i := from; i < end; i++ {
		tokens := h.size
		if final && i == len(h.ids)-1 {
			tokens = max(0, min(tokens, input-i*h.size))
		}
		if tokens > 0 {
			list = append(list, trajectory.Block{Seed: mix(h.scope, h.ids[i]), Tokens: tokens})
		}
	}
	if rest := input - len(h.ids)*h.size; final && rest > 0 {
		h.tail++
		list = append(list, trajectory.Block{Seed: mix(^h.scope, h.tail), Tokens: rest})
	}
	return list
}
