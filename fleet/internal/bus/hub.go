package bus

import (
	"slices"
	"sync"
	"time"
)

// A Hub connects parties within a process, for tests: nothing of it is outside of the
// bubble of testing/synctest in which it is used. The zero value is ready for use.
type Hub struct {
	// Faults, unless it is nil, says what becomes of a message on its way to one of
	// its subscribers: the time after which each copy arrives. None at all loses it, a
	// single 0 delivers it as it is, two deliver it twice. A first copy holds up what
	// the publisher sends the same subscription after it; further ones arrive when they
	// will. Faults is called with one message at a time, and may call any method of the
	// Hub but not publish. It must be set before the first message is.
	Faults func(m Message) []time.Duration

	publishing sync.Mutex // order of messages is order of calls of Faults
	mu         sync.Mutex
	conns      []*hubConn
	cut        map[string]bool
}

// A Message is one on its way to one subscriber.
type Message struct {
	From, To string // names of connections
	Subject  string
	Data     []byte // not to be changed or kept
}

// Conn returns a new connection of the party called name. A name may have several.
func (h *Hub) Conn(name string) Conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := &hubConn{hub: h, name: name}
	h.conns = append(h.conns, c)
	return c
}

// Cut loses, from now on and in silence, all that the connections of a name publish or
// would receive, also what is underway.
func (h *Hub) Cut(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cut == nil {
		h.cut = make(map[string]bool)
	}
	h.cut[name] = true
}

// Heal ends a Cut. What was lost stays lost.
func (h *Hub) Heal(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.cut, name)
}

// Close closes all connections.
func (h *Hub) Close() {
	h.mu.Lock()
	conns := slices.Clone(h.conns)
	h.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
}

func (h *Hub) severed(from, to string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cut[from] || h.cut[to]
}

type hubConn struct {
	hub    *Hub
	name   string
	subs   []*subscription // under hub.mu, as is closed
	closed bool
}

func (c *hubConn) Publish(subject string, data []byte) error {
	if err := CheckPublish(subject, data); err != nil {
		return err
	}
	h := c.hub
	h.publishing.Lock()
	defer h.publishing.Unlock()
	h.mu.Lock()
	if c.closed {
		h.mu.Unlock()
		return ErrClosed
	}
	var to []*subscription
	for _, receiver := range h.conns {
		for _, s := range receiver.subs {
			if match(s.pattern, subject) {
				to = append(to, s)
			}
		}
	}
	h.mu.Unlock()
	for _, s := range to {
		if h.severed(c.name, s.conn.name) {
			continue
		}
		copies := []time.Duration{0}
		if h.Faults != nil {
			copies = h.Faults(Message{From: c.name, To: s.conn.name, Subject: subject, Data: data})
		}
		for i, delay := range copies {
			s.put(c, i == 0, delay, subject, slices.Clone(data))
		}
	}
	return nil
}

func (c *hubConn) Subscribe(subject string, f func(subject string, data []byte)) error {
	if err := CheckSubject(subject, true); err != nil {
		return err
	}
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	s := newSubscription(c, subject, f)
	c.subs = append(c.subs, s)
	go s.deliver()
	return nil
}

func (c *hubConn) Close() {
	h := c.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.closed {
		return
	}
	c.closed = true
	for _, s := range c.subs {
		close(s.done)
	}
	c.subs = nil
	h.conns = slices.DeleteFunc(h.conns, func(o *hubConn) bool { return o == c })
}
