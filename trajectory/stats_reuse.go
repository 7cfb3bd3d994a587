package trajectory

import (
	"bytes"
	"encoding/json"
	"hash/maphash"

	"github.com/agentperf/agentperf-go/internal/filler"
)

// reuse tracks what a cache that forgets nothing could reuse, and counts distinct
// content. It identifies content by 64-bit hashes across trajectories, so that it keeps
// none of them alive, and by pointer within one.
type reuse struct {
	seed      maphash.Seed
	content   map[uint64]struct{}     // messages and tools
	distinct  int64                   // their bytes
	fronts    map[uint64]struct{}     // of scaffolds, by chain
	scaffolds map[uint64]struct{}     // by chain
	all       map[uint64]struct{}     // of everything sent so far, by chain
	units     map[promptPrefix]uint64 // chains of the current trajectory

	// Of the current trajectory:
	tools    json.RawMessage // of the last turn
	toolsID  uint64
	messages map[*Message]uint64 // their content
	seen     map[promptPrefix]struct{}
	// chain holds, for each prefix of system messages alone, a hash of all its
	// content.
	chain map[promptPrefix]uint64
	// blocks holds the beginnings of synthetic messages seen so far, as hashes of
	// what is in front and of the blocks.
	blocks map[uint64]struct{}
	// next holds the last few messages that followed a prefix.
	next  map[promptPrefix][]*Message
	fresh []*History
}

// A promptPrefix is the tools of a request and the messages at its front.
type promptPrefix struct {
	tools   uint64
	history *History
}

func newReuse() *reuse {
	return &reuse{
		seed:      maphash.MakeSeed(),
		content:   make(map[uint64]struct{}),
		fronts:    make(map[uint64]struct{}),
		scaffolds: make(map[uint64]struct{}),
		all:       make(map[uint64]struct{}),
	}
}

// begin starts another trajectory.
func (r *reuse) begin() {
	r.tools, r.toolsID = nil, r.id(nil)
	r.messages = make(map[*Message]uint64)
	r.seen = make(map[promptPrefix]struct{})
	r.chain = make(map[promptPrefix]uint64)
	r.blocks = make(map[uint64]struct{})
	r.units = make(map[promptPrefix]uint64)
	r.next = make(map[promptPrefix][]*Message)
}

// turn returns how many bytes at the front of a request an earlier turn of the
// trajectory had, how many such a turn or the beginning of any trajectory had, and how
// many any request had.
func (r *reuse) turn(t *Turn) (own, shared, all int) {
	if !bytes.Equal(t.Tools, r.tools) {
		r.tools, r.toolsID = t.Tools, r.id(t.Tools)
	}
	// Back to what was seen before: each distinct history is visited once.
	r.fresh = r.fresh[:0]
	at := promptPrefix{r.toolsID, t.History}
	for ; at.history != nil; at.history = at.history.Front() {
		if _, ok := r.seen[at]; ok {
			break
		}
		r.seen[at] = struct{}{}
		r.fresh = append(r.fresh, at.history)
	}
	if _, ok := r.seen[at]; ok {
		own = turnBytes(t.Tools, at.history)
	}
	r.seen[at] = struct{}{}
	own += r.begun(at)
	shared = max(own, r.shared(t, at))
	return own, shared, max(shared, r.across(t, at))
}

// begun remembers how the last messages of the fresh histories begin. It returns how many
// bytes the first of them, which follows the given prefix, has in common with an earlier
// message there.
func (r *reuse) begun(at promptPrefix) (size int) {
	for i := len(r.fresh) - 1; i >= 0; i-- {
		m := r.fresh[i].Last()
		n := 0
		if m.text != nil {
			n = r.begunBlocks(at, m)
		} else {
			const most = 4 // of the messages that followed; older ones are forgotten
			before := r.next[at]
			for _, other := range before {
				n = max(n, sharedText(m, other))
			}
			r.next[at] = append(before[max(0, len(before)-most+1):], m)
		}
		if i == len(r.fresh)-1 {
			size = n
		}
		at.history = r.fresh[i]
	}
	return size
}

// begunBlocks is begun for a message with synthetic text.
func (r *reuse) begunBlocks(at promptPrefix, m *Message) (size int) {
	text := m.text
	chain := maphash.Comparable(r.seed, at)
	chain = maphash.Comparable(r.seed, [2]uint64{chain, maphash.Bytes(r.seed, m.wire[:text.at])})
	hit := true
	for k, b := range text.blocks {
		chain = maphash.Comparable(r.seed, [3]uint64{chain, b.Seed, uint64(b.Tokens)})
		if _, ok := r.blocks[chain]; !ok {
			hit = false
			r.blocks[chain] = struct{}{}
		}
		if hit {
			size += b.Tokens * filler.BytesPerToken
			if k == 0 {
				size += text.at - 1 // without the comma
			}
		}
	}
	return size
}

// shared goes through the fresh histories, which continue the given prefix, and returns
// the size of the longest front of a scaffold among them that was seen before.
func (r *reuse) shared(t *Turn, at promptPrefix) (size int) {
	hit := true
	grow := func(chain uint64) {
		r.chain[at] = chain
		if _, ok := r.fronts[chain]; ok && hit {
			size = turnBytes(t.Tools, at.history)
			return
		}
		hit = false
		r.fronts[chain] = struct{}{}
	}
	if at.history == nil {
		grow(r.toolsID)
	}
	chain, scaffold := r.chain[at]
	for i := len(r.fresh) - 1; i >= 0; i-- {
		at.history = r.fresh[i]
		id := r.message(at.history.Last())
		if !scaffold {
			continue
		}
		if !at.history.Last().lead {
			r.scaffolds[chain] = struct{}{}
			scaffold = false
			if n := r.opening(chain, at.history.Last()); n > 0 && hit {
				size = turnBytes(t.Tools, at.history.Front()) + n
			}
			continue
		}
		chain = maphash.Comparable(r.seed, [2]uint64{chain, id})
		grow(chain)
	}
	if scaffold {
		r.scaffolds[chain] = struct{}{} // nothing follows
	}
	return size
}

// message returns the identity of a message's content.
func (r *reuse) message(m *Message) uint64 {
	id, ok := r.messages[m]
	if !ok {
		if m.text == nil {
			id = r.id(m.JSON())
		} else {
			id = r.synthetic(m)
		}
		r.messages[m] = id
	}
	return id
}

// synthetic returns the identity of a message with synthetic text and counts
// each block once.
func (r *reuse) synthetic(m *Message) uint64 {
	id := r.id(m.wire[1:])
	for _, b := range m.text.blocks {
		block := maphash.Comparable(r.seed, b)
		if _, ok := r.content[block]; !ok {
			r.content[block] = struct{}{}
			r.distinct += int64(b.Tokens * filler.BytesPerToken)
		}
		id = maphash.Comparable(r.seed, [2]uint64{id, block})
	}
	return id
}

// id returns the identity of content and counts it once.
func (r *reuse) id(content []byte) uint64 {
	id := maphash.Bytes(r.seed, content)
	if _, ok := r.content[id]; !ok {
		r.content[id] = struct{}{}
		r.distinct += int64(len(content))
	}
	return id
}

// turnBytes returns the length of tools and messages without the commas between them.
func turnBytes(tools json.RawMessage, h *History) int {
	return len(tools) + h.Size() - max(0, h.Len()-1)
}

// keptBytes returns how many bytes of a turn the next one begins with.
func keptBytes(from, to *Turn) int {
	if !bytes.Equal(from.Tools, to.Tools) {
		return 0
	}
	kept, next := from.History, to.History
	n := next.Shared(kept)
	for kept.Len() > n+1 {
		kept = kept.Front()
	}
	for next.Len() > n+1 {
		next = next.Front()
	}
	if kept.Len() == n {
		return turnBytes(from.Tools, kept)
	}
	part := 0
	if next.Len() > n {
		part = sharedText(kept.Last(), next.Last())
	}
	return turnBytes(from.Tools, kept.Front()) + part
}

// pageBytes is the resolution, in bytes, at which beginnings of messages are compared:
// caches work in pages of 16 tokens or more.
const pageBytes = 64

// sharedText returns the length of the common beginning of two messages, in whole
// pages or whole blocks of synthetic text.
func sharedText(a, b *Message) (size int) {
	if a.text == nil && b.text == nil {
		x, y := a.JSON(), b.JSON()
		n := min(len(x), len(y))
		for size+pageBytes <= n && bytes.Equal(x[size:size+pageBytes], y[size:size+pageBytes]) {
			size += pageBytes
		}
		return size
	}
	if a.text == nil || b.text == nil || !bytes.Equal(a.wire[:a.text.at], b.wire[:b.text.at]) {
		return 0
	}
	for i := range min(len(a.text.blocks), len(b.text.blocks)) {
		if a.text.blocks[i] != b.text.blocks[i] {
			break
		}
		size += a.text.blocks[i].Tokens * filler.BytesPerToken
	}
	if size > 0 {
		size += a.text.at - 1
	}
	return size
}
