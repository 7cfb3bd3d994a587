package endpointtest

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

func (s *System) serveCompletion(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away
	}
	seq := &sequence{arrived: time.Now(), more: make(chan struct{}, 1)}
	number := s.enter()
	leave := func() { s.leave(seq) }
	defer leave()

	q, status, err := s.api().parse(body)
	if err != nil {
		writeError(w, status, err.Error())
		return
	}
	q.prompt, seq.whole, seq.keys = blockKeys(q, s.set.blockTokens)
	seq.prompt, seq.tokens = q.prompt, q.tokens
	if err := s.fits(seq); err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	var fault Fault
	if s.Fault != nil {
		fault = s.Fault(number)
	}
	if fault.before(w, r) {
		return
	}
	a := newAnswer(number, q, fault, w, r, leave)
	a.header(s.EarlyRole)
	s.arrive(seq)
	if err := s.stream(&a, seq); err != nil {
		s.mu.Lock()
		s.stats.Abandoned++
		seq.silent, seq.events = s.FinishAbandoned, nil
		s.mu.Unlock()
	}
	if fault.Kind == FaultCloseNext {
		closeNext(a.control)
	}
}

// stream sends a sequence's events as they come. The error is that of the
// client going away.
func (s *System) stream(a *answer, q *sequence) error {
	ctx := a.r.Context()
	for a.sent < q.tokens {
		if done, err := a.misbehave(ctx); done {
			return err
		}
		events, err := s.take(ctx, q)
		if err != nil {
			return err
		}
		end := a.sent
		for _, n := range events {
			for end += n; a.sent < end; {
				if done, err := a.misbehave(ctx); done {
					return err
				}
				next := a.upTo(end)
				s.mu.Lock()
				s.stats.OutputTokens += next - a.sent
				a.request.saved = q.cached
				s.mu.Unlock()
				a.output(next)
			}
		}
	}
	return nil
}

// fits returns an error when a sequence could never be held whole.
func (s *System) fits(q *sequence) error {
	for _, w := range s.workers {
		if room := w.kv.room * s.set.blockTokens; room > 0 && w.blocks(q.prompt+q.tokens) > w.kv.room {
			return fmt.Errorf("the KV cache holds %d tokens, the request asks for %d", room, q.prompt+q.tokens)
		}
	}
	return nil
}

// enter counts a request in and returns its number.
func (s *System) enter() (number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	number = s.stats.Requests
	s.stats.Requests++
	s.stats.Active++
	s.stats.MostActive = max(s.stats.MostActive, s.stats.Active)
	return number
}

// leave takes a request out whose stream has ended, whether its sequence has
// or not.
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
	}
}
