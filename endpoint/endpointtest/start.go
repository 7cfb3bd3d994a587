package endpointtest

import "math"

// settings are those of a System with the defaults filled in.
type settings struct {
	blockTokens    int
	acceptedTokens float64
	draftTokens    int
}

// start makes the workers.
func (s *System) start() {
	if s.invalid = s.Validate(); s.invalid != nil {
		return
	}
	set := settings{blockTokens: s.BlockTokens, acceptedTokens: max(1, s.AcceptedTokens), draftTokens: s.DraftTokens}
	if set.blockTokens == 0 {
		set.blockTokens = 16
	}
	if set.draftTokens == 0 {
		set.draftTokens = int(math.Ceil(set.acceptedTokens)) - 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set = set
	if s.Prefill != nil {
		s.add(*s.Prefill, func(w *worker) { w.prefill = true })
		s.prefillers = len(s.workers)
		s.add(s.Pool, func(w *worker) { w.decode = true })
		return
	}
	s.add(s.Pool, func(*worker) {})
	s.prefillers = len(s.workers)
}

func (s *System) add(p Pool, role func(*worker)) {
	p = p.resolved()
	for range p.Replicas {
		w := &worker{Pool: &p, s: s}
		if p.KVTokens > 0 {
			// A room of 0 blocks would be one without a limit.
			w.kv.room = max(1, p.KVTokens/s.set.blockTokens)
		}
		role(w)
		s.workers = append(s.workers, w)
	}
}
