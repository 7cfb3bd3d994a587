package simulate

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/agentperf/agentperf-go/internal/simserver"
)

func (s *System) serveCompletion(w http.ResponseWriter, r *http.Request) {
	body := simserver.ReadBody(r)
	seq := &sequence{arrived: time.Now(), more: make(chan struct{}, 1), decided: make(chan bool, 1)}
	number := s.enter(seq)
	leave := func() { s.leave(seq) }
	defer leave()

	q, status, err := s.api().Parse(r.URL.Path, body)
	if err != nil {
		simserver.WriteError(w, r, status, err.Error())
		return
	}
	q.Prompt, seq.whole, seq.keys = blockKeys(q, s.cfg.BlockTokens)
	seq.prompt, seq.tokens = q.Prompt, q.Tokens
	if s.cfg.Sticky {
		seq.session = sessionHash(q, r.Header, s.cfg.SessionHeader)
	}
	if err := s.fits(seq); err != nil {
		simserver.WriteError(w, r, http.StatusBadRequest, err.Error())
		return
	}
	var fault simserver.Fault
	if s.cfg.Fault != nil {
		f := s.cfg.Fault(number)
		fault = simserver.Fault{Kind: string(f.Kind), After: f.After, Status: f.Status, Body: f.Body}
	}
	if fault.Before(w, r) {
		return
	}
	s.arrive(seq)
	letIn, err := s.letIn(r.Context(), seq)
	if err == nil && !letIn {
		simserver.WriteError(w, r, http.StatusTooManyRequests, fmt.Sprintf("the system is full: it takes %d requests", s.cfg.MaxActive))
		return
	}
	a := simserver.NewStream(number, q, fault, w, r, leave)
	if err == nil {
		a.Begin(s.cfg.EarlyRole)
		err = s.stream(a, seq)
	}
	if err != nil {
		s.mu.Lock()
		s.stats.Abandoned++
		seq.silent, seq.events = s.cfg.FinishAbandoned, nil
		s.mu.Unlock()
	}
	a.End()
}

// letIn waits until a request is let in or refused. It returns an error when the client
// goes away.
func (s *System) letIn(ctx context.Context, q *sequence) (bool, error) {
	if s.cfg.MaxActive == 0 {
		return true, nil
	}
	select {
	case ok := <-q.decided:
		return ok, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

// stream sends a sequence's events as they come. It returns an error when the client
// goes away.
func (s *System) stream(a *simserver.Stream, q *sequence) error {
	ctx := a.Context()
	for a.Sent < q.tokens {
		if done, err := a.Misbehave(); done {
			return err
		}
		events, err := s.take(ctx, q)
		if err != nil {
			return err
		}
		end := a.Sent
		for _, n := range events {
			for end += n; a.Sent < end; {
				if done, err := a.Misbehave(); done {
					return err
				}
				next := a.UpTo(end)
				s.mu.Lock()
				s.stats.OutputTokens += next - a.Sent
				a.Request.Cached = q.cached
				s.mu.Unlock()
				a.Send(next)
			}
		}
	}
	return nil
}

// fits returns an error if the KV caches could never hold the whole sequence.
func (s *System) fits(q *sequence) error {
	for _, w := range s.workers {
		if room := w.kv.room * s.cfg.BlockTokens; room > 0 && w.blocks(q.prompt+q.tokens) > w.kv.room {
			return fmt.Errorf("the KV cache holds %d tokens, the request asks for %d", room, q.prompt+q.tokens)
		}
	}
	return nil
}

// enter counts a request in and returns its number.
func (s *System) enter(q *sequence) (number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	number = s.stats.Requests
	if number == 0 {
		s.began = q.arrived
	}
	q.arrived = q.arrived.Add(s.cfg.Spells.delay(q.arrived.Sub(s.began)))
	s.stats.Requests++
	s.stats.Active++
	s.stats.MostActive = max(s.stats.MostActive, s.stats.Active)
	return number
}

// leave takes out a request whose stream has ended, whether its sequence has or not.
func (s *System) leave(q *sequence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !q.left && !q.silent {
		q.gone = true
		s.retire(q)
	}
}

// retire counts a request out.
func (s *System) retire(q *sequence) {
	if !q.left {
		q.left = true
		s.stats.Active--
		if q.inside {
			s.inside--
		}
	}
}
