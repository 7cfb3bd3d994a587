package simserver

import "sync"

// A trick is a way to look faster than one is. play decides about one request; number counts
// those of the server from 0.
type trick struct {
	name, text string
	play       func(m *memory, number int, q *Request, a *Act)
}

// The tricks are of a server that is too slow by half or more. An answer that it does not
// make costs it nothing, and can come four times or ten times as fast as one that it makes.
const (
	cheap = 4
	free  = 10
)

// memory is what a server remembers of its requests.
type memory struct {
	mu      sync.Mutex
	seen    map[uint64]bool // prompts, or what was left of them
	longest int             // prompt, in bytes
}

// again reports whether it was asked for the same before.
func (m *memory) again(text string) bool {
	if m.seen == nil {
		m.seen = make(map[uint64]bool)
	}
	key := hash(text)
	was := m.seen[key]
	m.seen[key] = true
	return was
}
