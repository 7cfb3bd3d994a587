package simulate

import (
	"cmp"
	"slices"
	"time"
)

// gather is how long after an instant that instant counts as over: requests sent in
// reaction to it, at the same instant of virtual time, have then arrived.
const gather = 1 // nanosecond

// delivery is a KV cache on its way from a prefill worker to a decode worker.
type delivery struct {
	*sequence
	from *worker
	due  time.Time
}

// The system goes from one event to the next: the end of a step or of a transfer, or an
// arrival. A timer waits for it, not a goroutine, so that nothing is left behind when
// all is done or the clients have gone. The time of each step is computed from the
// times before it, not from when the timer happened to run, so that lateness does not
// add up. At one instant, ends go before beginnings and lower workers before higher
// ones.

// end handles everything that ends at an instant.
func (s *System) end(now time.Time) {
	for _, w := range s.workers {
		if len(w.step) > 0 && !w.due.After(now) {
			w.finish()
		}
	}
	s.deliver(now)
	s.gathering = true
	s.after(gather, func() {
		s.gathering = false
		s.begin(now)
	})
}

// begin handles everything that begins at an instant.
func (s *System) begin(now time.Time) {
	s.admitArrivals(now)
	for _, w := range s.workers {
		if len(w.step) == 0 {
			w.plan(now)
		}
	}
	s.count()
	s.next()
}

// next sets the timer to the next event, if there is one.
func (s *System) next() {
	var next time.Time
	earliest := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	for _, w := range s.workers {
		if len(w.step) > 0 {
			earliest(w.due)
		}
	}
	for _, d := range s.deliveries {
		earliest(d.due)
	}
	for _, q := range s.arrivals {
		earliest(q.arrived)
	}
	if !next.IsZero() {
		s.after(time.Until(next), func() { s.end(next) })
	}
}

// after sets the timer and replaces what it was set to.
func (s *System) after(d time.Duration, f func()) {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.alarm++
	alarm := s.alarm
	s.timer = time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if alarm == s.alarm { // otherwise it was replaced after it had fired
			f()
		}
	})
}

// arrive brings a sequence in.
func (s *System) arrive(q *sequence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrivals = append(s.arrivals, q)
	if !s.gathering {
		s.next()
	}
}

// admitArrivals queues or refuses the sequences that have arrived by now, in order. Only
// in virtual time do several arrive at the same nanosecond; they are ordered by the hash
// of their prompts, so that runs repeat.
func (s *System) admitArrivals(now time.Time) {
	slices.SortStableFunc(s.arrivals, func(a, b *sequence) int {
		return cmp.Or(a.arrived.Compare(b.arrived), cmp.Compare(a.whole, b.whole), cmp.Compare(a.tokens, b.tokens))
	})
	n := 0
	for _, q := range s.arrivals {
		if q.arrived.After(now) {
			break
		}
		n++
		if q.gone {
			continue
		}
		full := s.cfg.MaxActive > 0 && s.inside >= s.cfg.MaxActive
		q.decided <- !full
		if full {
			s.stats.Refused++
			s.retire(q)
			continue
		}
		q.inside = true
		s.inside++
		w := s.route(q)
		w.queue = append(w.queue, q)
	}
	s.arrivals = slices.Delete(s.arrivals, 0, n)
}

// route returns the worker for a sequence whose prompt is to be computed.
func (s *System) route(q *sequence) *worker {
	first := s.workers[:s.prefillers]
	best := first[q.session%uint64(len(first))]
	if !s.cfg.Sticky {
		least := best.waiting(q)
		for _, w := range first[1:] {
			if n := w.waiting(q); n < least {
				best, least = w, n
			}
		}
	}
	q.todo, q.computed = q.context()-len(best.cached(q))*s.cfg.BlockTokens, 0
	return best
}

// requeue puts a preempted sequence at the head of the queue, that of the prefill pool
// if there is one.
func (s *System) requeue(w *worker, q *sequence) {
	if w.decode {
		w = s.route(q)
	}
	q.todo, q.computed = q.context(), 0
	w.queue = slices.Insert(w.queue, 0, q)
}

// transfer sends the KV cache of a sequence to the decode pool.
func (s *System) transfer(from *worker, q *sequence) {
	d := s.cfg.TransferLatency
	if s.cfg.TransferBytesPerSecond > 0 {
		d += seconds(from.KVBytesPerToken * float64(q.context()) / s.cfg.TransferBytesPerSecond)
	}
	s.deliveries = append(s.deliveries, delivery{q, from, from.due.Add(d)})
}

// deliver emits the first token of each sequence whose KV cache has arrived at the
// decode pool, and queues it at the worker with the fewest sequences.
func (s *System) deliver(now time.Time) {
	s.deliveries = slices.DeleteFunc(s.deliveries, func(d delivery) bool {
		if d.due.After(now) {
			return false
		}
		d.from.release(d.sequence)
		if d.gone {
			return true
		}
		s.put(d.sequence, 1, d.due)
		if d.generated == d.tokens {
			s.retire(d.sequence)
			return true
		}
		w := slices.MinFunc(s.workers[s.prefillers:], func(a, b *worker) int {
			return cmp.Compare(len(a.queue)+len(a.running), len(b.queue)+len(b.running))
		})
		w.queue = append(w.queue, d.sequence)
		return true
	})
}
