package worlds

import (
	"container/heap"
	"math"
	"time"
)

// A pool is a replica: its streams share one speed, each with a factor of its own. The
// integral of that speed, the work, is the same for all, so that each stream ends when the
// work reaches a mark of its own, and a change of speed moves one timer.
type pool struct {
	work  float64 // tokens of a stream with factor 1
	rate  float64 // per second
	marks marks
	timer *time.Timer
}

// A stream is the part of an answer after its first token.
type stream struct {
	pool  *pool
	begun float64 // the work at its first token
	own   float64 // its factor
	mark  float64 // the work at its last
	at    int     // in the heap
	done  chan struct{}
}

// arm sets the timer for the first stream that ends. Instants are rounded up: a stream is
// never faster than its share.
func (p *pool) arm() {
	if len(p.marks) == 0 {
		p.timer.Stop()
		return
	}
	seconds := max(0, p.marks[0].mark-p.work) / p.rate
	p.timer.Reset(time.Duration(math.Ceil(min(seconds, 1e6) * 1e9)))
}

// finish ends the streams whose work is done, but for rounding, which is less than a
// nanosecond at any speed.
func (p *pool) finish() {
	for len(p.marks) > 0 && p.marks[0].mark <= p.work+1e-6 {
		close(heap.Pop(&p.marks).(*stream).done)
	}
}

// marks is a heap of streams by their ends.
type marks []*stream

func (m marks) Len() int           { return len(m) }
func (m marks) Less(i, j int) bool { return m[i].mark < m[j].mark }
func (m marks) Swap(i, j int) {
	m[i], m[j] = m[j], m[i]
	m[i].at, m[j].at = i, j
}
func (m *marks) Push(x any) {
	s := x.(*stream)
	s.at = len(*m)
	*m = append(*m, s)
}
func (m *marks) Pop() any {
	last := len(*m) - 1
	s := (*m)[last]
	*m = (*m)[:last]
	s.at = -1
	return s
}
