package simulate

// Stats are totals since the system was made.
type Stats struct {
	// Requests is the number of requests for completions.
	Requests int
	// Active is the number now in the system, queued ones included; MostActive
	// is the greatest so far.
	Active, MostActive int
	// Refused is the number of requests beyond [Config.MaxActive].
	Refused int
	// PromptTokens, CachedTokens and OutputTokens are as reported in usage. The
	// first two are counted at a request's first admission.
	PromptTokens, CachedTokens, OutputTokens int
	// Abandoned is the number of requests whose client hung up.
	Abandoned int
	// Queued is the number now waiting, in all queues, for a slot, for room in
	// a KV cache or for a part of the chunk; MostQueued is the greatest so far
	// after the start of a step.
	Queued, MostQueued int
	// Running is the number now in batches.
	Running int
	// Steps is the number of steps of all pools and replicas.
	Steps int
	// ComputedTokens is the number of prompt tokens computed, those computed
	// again after preemptions included.
	ComputedTokens int
	// HeldTokens is the room in KV caches that live sequences hold, and
	// KnownTokens the room of all blocks in prefix caches, in tokens.
	HeldTokens, KnownTokens int
	// EvictedBlocks is the number of blocks evicted from prefix caches.
	EvictedBlocks int
	// Preemptions is how often a sequence had to give up its blocks.
	Preemptions int
}

// Stats returns the totals so far.
func (s *System) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Queued = s.queued()
	for _, w := range s.workers {
		stats.Running += staying(w.running)
		stats.HeldTokens += w.kv.used() * s.cfg.BlockTokens
		stats.KnownTokens += len(w.kv.known) * s.cfg.BlockTokens
		stats.EvictedBlocks += w.kv.evicted
	}
	return stats
}

func (s *System) queued() (n int) {
	n = staying(s.arrivals)
	for _, w := range s.workers {
		n += staying(w.queue)
	}
	return n
}

// staying returns the number of sequences that nobody has given up.
func staying(all []*sequence) (n int) {
	for _, q := range all {
		if !q.gone {
			n++
		}
	}
	return n
}

// count records the longest queues.
func (s *System) count() { s.stats.MostQueued = max(s.stats.MostQueued, s.queued()) }
