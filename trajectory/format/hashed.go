package format

import (
	"fmt"
	"hash/fnv"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A hashedChat builds contexts from lists of block hashes, the form of recordings
// that say which parts of a prompt are alike and not what they are. Requests have
// in common exactly the blocks at their front whose hashes are the same.
//
// Blocks become chat messages: those of tools and system prompt a system
// message, then for each step an assistant's message about as long as the answer
// before, and a user's message for the rest. What a request has beyond its whole
// blocks, its tail, is in the last message of that request alone.
type hashedChat struct {
	rd    *reader
	scope uint64 // of hashes: the same number elsewhere is another block
	size  int    // tokens of a block
	lead  int    // blocks of tools and system prompt

	ids   []uint64 // of the request before
	spans []span
	// done is the context of all spans but the last.
	done []*trajectory.Context
	tail uint64 // seeds of tails
}

// A span is a message: its blocks end before end, counted from the first.
type span struct {
	role string
	end  int
}

// scope returns the scope of a name.
func hashScope(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// mix returns a number that depends on all bits of both: the finalizer of
// splitmix64.
func mix(a, b uint64) uint64 {
	x := a ^ (b+0x9e3779b97f4a7c15)*0xbf58476d1ce4e5b9
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// next returns the context of a request with the given blocks and number of
// input tokens, after an answer of so many tokens.
func (h *hashedChat) next(ids []uint64, input, answer int) (*trajectory.Context, error) {
	if most := maxPrompt / h.size; len(ids) > most {
		return nil, fmt.Errorf("%d blocks of %d tokens, expected at most %d", len(ids), h.size, most)
	}
	kept := 0
	for kept < len(ids) && kept < len(h.ids) && ids[kept] == h.ids[kept] {
		kept++
	}
	all := kept == len(h.ids) && len(h.spans) > 0
	// What is kept of the messages: those that begin inside.
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
	case last == "user": // what was changed goes on in the same message
		h.spans[n-1].end = len(ids)
	default:
		h.spans = append(h.spans, span{"user", len(ids)})
	}
	return h.context(input)
}

// context returns the context of the spans.
func (h *hashedChat) context(input int) (c *trajectory.Context, err error) {
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

func (h *hashedChat) message(c *trajectory.Context, role string, blocks []trajectory.Block) (*trajectory.Context, error) {
	content := `""`
	if len(blocks) == 0 {
		content = `"."` // some servers refuse what is empty
	}
	message := fmt.Appendf(nil, `{"role":%q,"content":%s}`, role, content)
	return h.rd.store.AppendSynthetic(c, message, blocks)
}

// blocks returns the text of blocks from..end of a request, with what it has
// beyond them if they are its last. A last block may be shorter than the others.
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
