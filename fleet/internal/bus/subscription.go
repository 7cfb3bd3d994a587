package bus

import (
	"container/heap"
	"sync"
	"time"
)

// A subscription is one of a Hub: a queue without a bound, and the goroutine that empties it.
type subscription struct {
	conn    *hubConn
	pattern string
	f       func(subject string, data []byte)
	done    chan struct{} // closed with the connection
	more    chan struct{} // the queue has something new

	mu    sync.Mutex
	queue arrivals
	last  map[*hubConn]time.Time // when the latest message of a publisher is due
	count int
}

func newSubscription(c *hubConn, pattern string, f func(string, []byte)) *subscription {
	return &subscription{
		conn: c, pattern: pattern, f: f,
		done: make(chan struct{}), more: make(chan struct{}, 1),
		last: make(map[*hubConn]time.Time),
	}
}

func (s *subscription) put(from *hubConn, inOrder bool, delay time.Duration, subject string, data []byte) {
	s.mu.Lock()
	due := time.Now().Add(delay)
	if inOrder {
		if last := s.last[from]; due.Before(last) {
			due = last
		}
		s.last[from] = due
	}
	s.count++
	heap.Push(&s.queue, arrival{due, s.count, from.name, subject, data})
	s.mu.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
}

func (s *subscription) deliver() {
	for {
		next, wait, ok := s.next()
		switch {
		case !ok:
			select {
			case <-s.more:
			case <-s.done:
				return
			}
		case wait > 0:
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-s.more:
			case <-s.done:
				return
			}
			timer.Stop()
		default:
			select {
			case <-s.done:
				return
			default:
			}
			if !s.conn.hub.severed(next.from, s.conn.name) {
				s.f(next.subject, next.data)
			}
		}
	}
}

// next takes what is due off the queue, or says how long to wait for that.
func (s *subscription) next() (a arrival, wait time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return a, 0, false
	}
	if wait = time.Until(s.queue[0].due); wait > 0 {
		return a, wait, true
	}
	return heap.Pop(&s.queue).(arrival), 0, true
}

type arrival struct {
	due     time.Time
	count   int // decides between those due at once
	from    string
	subject string
	data    []byte
}

type arrivals []arrival

func (a arrivals) Len() int      { return len(a) }
func (a arrivals) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a arrivals) Less(i, j int) bool {
	return a[i].due.Before(a[j].due) || a[i].due.Equal(a[j].due) && a[i].count < a[j].count
}
func (a *arrivals) Push(x any) { *a = append(*a, x.(arrival)) }
func (a *arrivals) Pop() any {
	old := *a
	x := old[len(old)-1]
	old[len(old)-1] = arrival{}
	*a = old[:len(old)-1]
	return x
}
