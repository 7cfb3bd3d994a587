package endpointtest

import (
	"time"

	"github.com/agentperf/agentperf-go/internal/simserver"
)

// session is one request being answered by an Engine.
type session struct {
	*simserver.Stream
	engine  *Engine
	started bool
	base    float64 // progress of the system at which token 0 would have come
}

// serve streams the answer, with the first token ttft after now, or continues it. It
// returns an error when the client goes away.
func (s *session) serve(ttft time.Duration) error {
	e, ctx := s.engine, s.Context()
	size, pace := max(1, e.TokensPerEvent), s.Pace()
	arrived := time.Now()
	if !s.started {
		s.started = true
		s.Begin(e.EarlyRole)
		s.base = e.share.mark(arrived)
		if ttft = s.Wait(ttft); ttft > 0 {
			due := arrived.Add(ttft)
			if _, err := waitUntil(ctx, due, nil); err != nil {
				return err
			}
			s.base = e.share.mark(due) - float64(min(size, s.Request.Tokens))/pace
		}
	}
	for s.Sent < s.Request.Tokens {
		if done, err := s.Misbehave(); done {
			return err
		}
		next := s.UpTo(min(s.Sent+size, s.Request.Tokens))
		if err := e.share.until(ctx, s.base+float64(next)/pace, s.Sent == 0); err != nil {
			return err
		}
		e.update(func(st *Stats) { st.OutputTokens += next - s.Sent })
		s.Send(next)
	}
	return nil
}
