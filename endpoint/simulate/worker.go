package simulate

import (
	"math"
	"slices"
	"time"
)

// worker is one replica of a pool: a queue, a batch and a KV cache.
type worker struct {
	*Pool
	s       *System
	prefill bool // computes prompts only, and hands sequences over
	decode  bool // takes sequences whose prompt has been computed

	queue   []*sequence
	running []*sequence // in the order of admission
	kv      kvCache

	step []part    // in progress; empty when there is none
	due  time.Time // when it is done
	heat temperature

	drawn drawn // by one accelerator
}

func (w *worker) blocks(tokens int) int {
	return (tokens + w.s.cfg.BlockTokens - 1) / w.s.cfg.BlockTokens
}

// plan starts the next step if there is work.
func (w *worker) plan(now time.Time) {
	w.queue = slices.DeleteFunc(w.queue, func(q *sequence) bool { return q.gone })
	w.running = slices.DeleteFunc(w.running, func(q *sequence) bool {
		if q.gone {
			w.release(q)
		}
		return q.gone
	})
	w.grow()
	budget := w.ChunkTokens
	for _, q := range w.running {
		budget = w.chunk(q, budget)
	}
	for len(w.queue) > 0 && len(w.running) < w.Slots && (budget > 0 || w.decode) && w.admit(w.queue[0]) {
		q := w.queue[0]
		if q.begun.IsZero() {
			q.begun = now
		}
		w.queue = slices.Delete(w.queue, 0, 1)
		w.running = append(w.running, q)
		budget = w.chunk(q, budget)
	}
	for _, q := range w.running {
		if q.decoding() {
			w.step = append(w.step, part{
				sequence: q, decode: true, tokens: 1 + w.s.cfg.DraftTokens, before: q.context(), emit: q.next(w.s.cfg.AcceptedTokens),
			})
		}
	}
	if len(w.step) > 0 {
		load := float64(len(w.step)) / float64(w.Slots)
		w.drawn.set(w.Power.busy(load), now)
		heat := w.heat.set(load, now, w.Heat.TimeConstant)
		slower := (1 + w.Heat.Slowdown*heat) * w.s.cfg.Spells.slower(now.Sub(w.s.began))
		w.due = now.Add(time.Duration(math.Round(float64(w.duration(w.step)) * slower)))
		w.s.stats.Steps++
	}
}

// chunk adds as much of a prompt to the step as the budget allows and returns the rest
// of the budget.
func (w *worker) chunk(q *sequence, budget int) int {
	n := min(budget, q.todo-q.computed)
	if n > 0 {
		w.step = append(w.step, part{sequence: q, tokens: n, before: q.computed})
	}
	return budget - n
}

// grow finds room for the next tokens of the decoding sequences. Without room, the
// sequences admitted last return to the head of the queue, to be computed again except
// for what is cached. The first always goes on, since alone it fits. The others do not
// come straight back, since they would need at least the room that they had.
func (w *worker) grow() {
	for i := 0; i < len(w.running); i++ {
		q := w.running[i]
		if !q.decoding() {
			continue
		}
		need := w.blocks(q.context()+q.next(w.s.cfg.AcceptedTokens)) - len(q.shared) - q.own
		for need > 0 && !w.kv.take(need) {
			last := len(w.running) - 1
			victim := w.running[last]
			w.running = w.running[:last]
			w.release(victim)
			w.s.stats.Preemptions++
			w.s.requeue(w, victim)
			if victim == q {
				return
			}
		}
		q.own += max(0, need)
	}
}

// admit gives a sequence the blocks of its context that are not cached and of the next
// token, if there is room.
func (w *worker) admit(q *sequence) bool {
	var known []uint64
	if !w.decode {
		known = w.cached(q)
	}
	blocks := w.blocks(q.context() + 1)
	if w.prefill {
		blocks = w.blocks(q.context())
	}
	shared, ok := w.kv.admit(known, blocks-len(known))
	if !ok {
		return false
	}
	q.shared, q.own = shared, blocks-len(shared)
	q.todo, q.computed = q.context(), len(shared)*w.s.cfg.BlockTokens
	if w.decode {
		q.computed = q.todo
	}
	if !q.admitted {
		q.admitted = true
		q.cached = q.computed
		w.s.stats.PromptTokens += q.prompt
		w.s.stats.CachedTokens += q.cached
	}
	return true
}

// cached returns the keys of a sequence's blocks that are in the cache. At least one
// token is left to compute: the one that the answer continues from.
func (w *worker) cached(q *sequence) []uint64 {
	keys := q.keys[:min(len(q.keys), (q.context()-1)/w.s.cfg.BlockTokens)]
	return keys[:w.kv.prefix(keys)]
}

// waiting returns the tokens to compute until a request that arrives now is done with
// its prompt.
func (w *worker) waiting(q *sequence) int {
	n := q.context() - len(w.cached(q))*w.s.cfg.BlockTokens
	for _, r := range w.queue {
		n += r.todo
	}
	for _, r := range w.running {
		n += r.todo - r.computed
	}
	return n
}

// finish ends the step in progress.
func (w *worker) finish() {
	for _, p := range w.step {
		q := p.sequence
		if q.gone {
			continue // its blocks are released when the next step is planned
		}
		emit := p.emit
		if p.decode {
			q.decodes++
		} else {
			q.computed += p.tokens
			w.s.stats.ComputedTokens += p.tokens
			for n := len(q.shared); n < len(q.keys) && (n+1)*w.s.cfg.BlockTokens <= q.computed; n++ {
				q.shared = append(q.shared, w.kv.share(q.keys[n]))
				q.own--
			}
			if q.decoding() {
				emit = 1
			}
		}
		switch {
		case emit == 0:
		case w.prefill:
			w.leave(q)
			w.s.transfer(w, q)
		default:
			w.s.put(q, emit, w.due)
			if q.generated == q.tokens {
				w.leave(q)
				w.s.retire(q)
			}
		}
	}
	w.heat.set(0, w.due, w.Heat.TimeConstant)
	w.drawn.set(w.Power.IdleWatts, w.due)
	clear(w.step)
	w.step = w.step[:0]
}

// leave takes a sequence out of the batch. During a transfer to the other pool it keeps
// its blocks.
func (w *worker) leave(q *sequence) {
	w.running = slices.DeleteFunc(w.running, func(r *sequence) bool { return r == q })
	if !w.prefill {
		w.release(q)
	}
}

func (w *worker) release(q *sequence) {
	w.kv.release(q.shared, q.own)
	q.shared, q.own = nil, 0
}
