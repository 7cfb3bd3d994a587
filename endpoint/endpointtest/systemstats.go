package endpointtest

// SystemStats are totals since the system was made.
type SystemStats struct {
	// Stats counts requests as an [Engine] does: Active is the number now in
	// the system, in queues too. PromptTokens and CachedTokens are counted at
	// a request's first admission.
	Stats
	// Queued is the number that now waits for a slot, for room in a KV cache
	// or for its part of the chunk, in all queues; MostQueued is the greatest
	// so far after the start of a step.
	Queued, MostQueued int
	// Steps is the number of steps, of all pools and replicas.
	Steps int
	// ComputedTokens is the number of prompt tokens computed, again after
	// preemptions.
	ComputedTokens int
	// HeldTokens is the room that live sequences hold in KV caches, and
	// KnownTokens that of all blocks in prefix caches, in tokens.
	HeldTokens, KnownTokens int
	// EvictedBlocks is the number of blocks that prefix caches had to forget.
	EvictedBlocks int
	// Preemptions is how often a sequence had to give up its blocks.
	Preemptions int
}

// Stats returns the totals so far.
func (s *System) Stats() SystemStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Queued = s.queued()
	for _, w := range s.workers {
		stats.HeldTokens += w.kv.used() * s.set.blockTokens
		stats.KnownTokens += len(w.kv.known) * s.set.blockTokens
		stats.EvictedBlocks += w.kv.evicted
	}
	return stats
}

func (s *System) queued() (n int) {
	count := func(queue []*sequence) {
		for _, q := range queue {
			if !q.gone {
				n++
			}
		}
	}
	count(s.arrivals)
	for _, w := range s.workers {
		count(w.queue)
	}
	return n
}

// count notes how long the queues are.
func (s *System) count() { s.stats.MostQueued = max(s.stats.MostQueued, s.queued()) }
