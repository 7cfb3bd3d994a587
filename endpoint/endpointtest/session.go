package endpointtest

import "time"

// session is one request being answered by an Engine.
type session struct {
	answer
	engine  *Engine
	started bool
	base    float64 // progress of the system at which token 0 would have come
}

// serve streams the answer, its first token ttft after now, or from where it
// stopped. The error is that of the client going away.
func (s *session) serve(ttft time.Duration) error {
	e, ctx := s.engine, s.r.Context()
	size := max(1, e.TokensPerEvent)
	arrived := time.Now()
	if !s.started {
		s.started = true
		s.header(e.EarlyRole)
		s.base = e.share.mark(arrived)
		if ttft > 0 {
			due := arrived.Add(ttft)
			if _, err := waitUntil(ctx, due, nil); err != nil {
				return err
			}
			s.base = e.share.mark(due) - float64(min(size, s.request.tokens))
		}
	}
	for s.sent < s.request.tokens {
		if done, err := s.misbehave(ctx); done {
			return err
		}
		next := s.upTo(min(s.sent+size, s.request.tokens))
		if err := e.share.until(ctx, s.base+float64(next), s.sent == 0); err != nil {
			return err
		}
		e.update(func(st *Stats) { st.OutputTokens += next - s.sent })
		s.output(next)
	}
	return nil
}
