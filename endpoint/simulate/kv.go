package simulate

import "container/list"

// kvCache is the KV cache of one replica, in blocks. A block either belongs to one
// sequence or is known by the hash of the prompt up to its end. A known block is shared
// by sequences that begin alike; after the last of them has ended it stays until the
// room is needed, and the least recently used goes first.
type kvCache struct {
	room    int // blocks; 0 for no limit
	own     int // blocks of one sequence each
	known   map[uint64]*block
	idle    list.List // of known blocks that no sequence uses, next to go first
	evicted int
}

type block struct {
	key  uint64
	uses int
	idle *list.Element // its place in the list, when nobody uses it
}

// used returns how many blocks live sequences hold.
func (c *kvCache) used() int { return c.own + len(c.known) - c.idle.Len() }

// prefix returns the number of known blocks before the first unknown one.
func (c *kvCache) prefix(keys []uint64) int {
	for i, k := range keys {
		if c.known[k] == nil {
			return i
		}
	}
	return len(keys)
}

// take gives a sequence n more blocks of its own, if there is room.
func (c *kvCache) take(n int) bool {
	if c.room > 0 {
		if c.used()+n > c.room {
			return false
		}
		for c.own+len(c.known)+n > c.room {
			b := c.idle.Remove(c.idle.Front()).(*block)
			delete(c.known, b.key)
			c.evicted++
		}
	}
	c.own += n
	return true
}

// admit gives a sequence the blocks of keys, all known, and n of its own, if
// there is room.
func (c *kvCache) admit(keys []uint64, n int) (shared []*block, ok bool) {
	waking := 0
	for _, k := range keys {
		if c.known[k].idle != nil {
			waking++
		}
	}
	if c.room > 0 && c.used()+waking+n > c.room {
		return nil, false
	}
	for _, k := range keys {
		shared = append(shared, c.use(c.known[k]))
	}
	return shared, c.take(n)
}

func (c *kvCache) use(b *block) *block {
	b.uses++
	if b.idle != nil {
		c.idle.Remove(b.idle)
		b.idle = nil
	}
	return b
}

// share makes a block of a sequence known, or exchanges it for the one that another
// sequence has made known meanwhile.
func (c *kvCache) share(key uint64) *block {
	c.own--
	b := c.known[key]
	if b == nil {
		if c.known == nil {
			c.known = make(map[uint64]*block)
		}
		b = &block{key: key}
		c.known[key] = b
	}
	return c.use(b)
}

// release ends a sequence's use of its blocks. The last block of a prefix is evicted
// first, since it is useless without its predecessors.
func (c *kvCache) release(shared []*block, own int) {
	c.own -= own
	for i := len(shared) - 1; i >= 0; i-- {
		b := shared[i]
		if b.uses--; b.uses == 0 {
			b.idle = c.idle.PushBack(b)
		}
	}
}
