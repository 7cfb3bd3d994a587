package trajectory

import (
	"bytes"
	"encoding/json"
	"hash/maphash"
)

// reuse follows what a cache that forgets nothing could reuse, and counts
// distinct content. Across trajectories it knows content by hashes of 64 bits,
// so that it keeps no trajectory alive; within one, by identity.
type reuse struct {
	seed      maphash.Seed
	content   map[uint64]struct{} // messages and tools
	distinct  int64               // their bytes
	fronts    map[uint64]struct{} // of scaffolds, by chain
	scaffolds map[uint64]struct{} // by chain

	// Of the trajectory at hand:
	tools    json.RawMessage // of the last turn
	toolsID  uint64
	messages map[*Message]uint64 // their content
	seen     map[promptPrefix]struct{}
	// chain holds the prefixes of nothing but system messages: a hash of all
	// the content in them.
	chain map[promptPrefix]uint64
	fresh []*Context
}

// promptPrefix is the tools of a request and the messages at its front.
type promptPrefix struct {
	tools   uint64
	context *Context
}

func newReuse() *reuse {
	return &reuse{
		seed:      maphash.MakeSeed(),
		content:   make(map[uint64]struct{}),
		fronts:    make(map[uint64]struct{}),
		scaffolds: make(map[uint64]struct{}),
	}
}

// begin forgets the trajectory at hand.
func (r *reuse) begin() {
	r.tools, r.toolsID = nil, r.id(nil)
	r.messages = make(map[*Message]uint64)
	r.seen = make(map[promptPrefix]struct{})
	r.chain = make(map[promptPrefix]uint64)
}

// turn returns the bytes at the front of a request that an earlier turn of the
// trajectory had, and those that such a turn or any scaffold had.
func (r *reuse) turn(t *Turn) (own, shared int) {
	if !bytes.Equal(t.Tools, r.tools) {
		r.tools, r.toolsID = t.Tools, r.id(t.Tools)
	}
	// Back to what was seen before: each distinct context is passed once.
	r.fresh = r.fresh[:0]
	at := promptPrefix{r.toolsID, t.Context}
	for ; at.context != nil; at.context = at.context.Front() {
		if _, ok := r.seen[at]; ok {
			break
		}
		r.seen[at] = struct{}{}
		r.fresh = append(r.fresh, at.context)
	}
	if _, ok := r.seen[at]; ok {
		own = turnBytes(t.Tools, at.context)
	}
	r.seen[at] = struct{}{}
	return own, max(own, r.shared(t, at))
}

// shared goes through the fresh contexts, which begin after the given prefix,
// and returns the bytes of the longest front of a scaffold among them that was
// seen before.
func (r *reuse) shared(t *Turn, at promptPrefix) (size int) {
	hit := true
	grow := func(chain uint64) {
		r.chain[at] = chain
		if _, ok := r.fronts[chain]; ok && hit {
			size = turnBytes(t.Tools, at.context)
			return
		}
		hit = false
		r.fronts[chain] = struct{}{}
	}
	if at.context == nil {
		grow(r.toolsID)
	}
	chain, scaffold := r.chain[at]
	for i := len(r.fresh) - 1; i >= 0; i-- {
		at.context = r.fresh[i]
		id := r.message(at.context.Last())
		if !scaffold {
			continue
		}
		if !at.context.Last().lead {
			r.scaffolds[chain] = struct{}{}
			scaffold = false
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
		id = r.id(m.JSON())
		r.messages[m] = id
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

// turnBytes returns the length of tools and messages, without what is between
// them.
func turnBytes(tools json.RawMessage, c *Context) int {
	return len(tools) + c.Size() - max(0, c.Len()-1)
}

// keptBytes returns how much of a turn the next one begins with.
func keptBytes(from, to *Turn) int {
	if !bytes.Equal(from.Tools, to.Tools) {
		return 0
	}
	kept := from.Context
	for n := to.Context.Shared(kept); kept.Len() > n; {
		kept = kept.Front()
	}
	return turnBytes(from.Tools, kept)
}
