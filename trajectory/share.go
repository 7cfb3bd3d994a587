package trajectory

import "hash/maphash"

// ShareBlocks notes which blocks of synthetic text sessions have in common: those with
// which the first message that is neither a system nor a developer message begins, after
// equal tools and messages, in more than one trajectory. [PrefixAfterSystem] leaves them
// in front of the text that keeps plays apart, so that a server can reuse them across
// sessions as it could when they were recorded. Package trajectory/format calls it for
// each workload; one that is put together by hand needs it before it is replayed or
// looked at, by nobody else at the same time. What it notes is part of the messages.
func (w *Workload) ShareBlocks() {
	s := sharing{seed: maphash.MakeSeed(), fronts: make(map[*History]*History), owners: make(map[uint64]int), known: make(map[opening]marked), seen: make(map[marked]int)}
	for i, t := range w.Trajectories {
		for thread := range t.All() {
			for k := range thread.Turns {
				s.look(&thread.Turns[k], i)
			}
		}
	}
	for _, m := range s.marked {
		m.message.text.shared = len(m.message.text.blocks)
	}
	for _, m := range s.marked {
		m.message.text.shared = min(m.message.text.shared, s.count(m))
	}
}

// sharing finds the blocks that trajectories share.
type sharing struct {
	seed   maphash.Seed
	fronts map[*History]*History // by history, the part that ends with the marked message
	marked []marked
	known  map[opening]marked
	seen   map[marked]int // the last trajectory that has it
	owners map[uint64]int // by chain of blocks, the trajectory that has it; -1 for several
}

// An opening is the part of a request that ends with the marked message.
type opening struct {
	history *History
	tools   *byte
}

// A marked is a message that takes the prefix, and what is in front of it.
type marked struct {
	message *Message
	before  uint64
}

// look notes the blocks of a turn of a trajectory.
func (s *sharing) look(turn *Turn, owner int) {
	front := s.front(turn.History)
	if front == nil || front.last.text == nil {
		return
	}
	at := opening{front, nil}
	if len(turn.Tools) > 0 {
		at.tools = &turn.Tools[0] // equal lists of a Store are one
	}
	m, ok := s.known[at]
	if !ok {
		m = marked{front.last, maphash.Bytes(s.seed, turn.Tools)}
		for h := front.front; h != nil; h = h.front {
			m.before = maphash.Comparable(s.seed, [2]uint64{m.before, h.last.content(s.seed)})
		}
		s.known[at] = m
	}
	last, ok := s.seen[m]
	if ok && last == owner {
		return
	}
	if s.seen[m] = owner; !ok {
		s.marked = append(s.marked, m)
	}
	for chain := range m.chains(s.seed) {
		if had, ok := s.owners[chain]; !ok {
			s.owners[chain] = owner
		} else if had != owner {
			s.owners[chain] = -1
		}
	}
}

// front returns the part of a history that ends with the marked message, nil if it has
// none. Each history is looked at once.
func (s *sharing) front(h *History) *History {
	var path []*History
	var front *History
	for at := h; at != nil; at = at.front {
		if known, ok := s.fronts[at]; ok {
			front = known
			break
		}
		path = append(path, at)
	}
	for i := len(path) - 1; i >= 0; i-- {
		if front == nil && !path[i].last.lead {
			front = path[i]
		}
		s.fronts[path[i]] = front
	}
	return front
}

// chains yields for each block of the message the identity of all up to it.
func (m marked) chains(seed maphash.Seed) func(yield func(uint64) bool) {
	return func(yield func(uint64) bool) {
		text := m.message.text
		chain := maphash.Comparable(seed, [2]uint64{m.before, maphash.Bytes(seed, m.message.wire[:text.at])})
		for _, b := range text.blocks {
			chain = maphash.Comparable(seed, [3]uint64{chain, b.Seed, uint64(b.Tokens)})
			if !yield(chain) {
				return
			}
		}
	}
}

// count returns how many blocks at the front of a message several trajectories have.
func (s *sharing) count(m marked) (n int) {
	for chain := range m.chains(s.seed) {
		if s.owners[chain] != -1 {
			break
		}
		n++
	}
	return n
}

// content returns the identity of what the message says.
func (m *Message) content(seed maphash.Seed) uint64 {
	id := maphash.Bytes(seed, m.wire)
	if m.text != nil {
		for _, b := range m.text.blocks {
			id = maphash.Comparable(seed, [3]uint64{id, b.Seed, uint64(b.Tokens)})
		}
	}
	return id
}
