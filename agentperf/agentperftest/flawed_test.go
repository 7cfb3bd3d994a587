package agentperftest_test

import (
	"context"
	"errors"
	"sync"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A flaw is a way to break the contract of a Sender.
type flaw string

// A flawedEngine answers with a token after each time token, and the first after first more, but
// for its flaw.
type flawedEngine struct {
	flaw         flaw
	first, token time.Duration

	mu     sync.Mutex
	shared *flawedSender
	sent   int            // requests
	all    map[string]int // tokens of each session
	busy   bool
}

func (e *flawedEngine) connect(agent int) trajectory.Sender {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.flaw == "agents share a state" && e.shared != nil, e.flaw == "one Sender for an agent" && e.shared != nil && e.shared.agent == agent:
		return e.shared
	}
	e.shared = &flawedSender{engine: e, agent: agent}
	return e.shared
}

type flawedSender struct {
	engine *flawedEngine
	agent  int

	mu     sync.Mutex
	kept   *trajectory.Request
	body   []byte
	stuck  bool
	tokens int // of the request under way
}

var errFlawed = errors.New("flawed")

func (s *flawedSender) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	flaw := s.engine.flaw
	if s.stuck {
		return errFlawed
	}
	if flaw == "hangs" && s.engine.number() >= 10 {
		time.Sleep(time.Hour)
	}
	if flaw == "one at a time, else fails" {
		if !s.engine.occupy(true) {
			return errFlawed
		}
		defer s.engine.occupy(false)
	}
	began := time.Now()
	switch flaw {
	case "Sent missing", "Sent at the first token":
	case "Sent before the call":
		clock.Sent(began.Add(-time.Second))
	case "Sent later":
		clock.Sent(began.Add(time.Hour))
	case "Sent by the wall clock":
		clock.Sent(began.Round(0))
	default:
		clock.Sent(began)
	}
	if ctx.Err() != nil {
		switch flaw {
		case "nil when canceled":
			clock.Done(time.Now())
			return nil
		case "an error without a cause":
			return errFlawed
		case "arrivals after Send":
			go func() {
				time.Sleep(10 * time.Millisecond)
				synctest.Wait() // Send has returned; without this, the race detector tells as well
				clock.Arrived(time.Now(), 5, 1)
			}()
			return context.Cause(ctx)
		case "broken by a cancellation":
			s.stuck = true
			return context.Cause(ctx)
		case "looks at ctx once":
			return context.Cause(ctx)
		}
	}
	n := s.length(r)
	for i := range n {
		wait := s.engine.token
		if i == 0 {
			wait += s.engine.first
		}
		if err := s.wait(ctx, wait); err != nil {
			if flaw == "nil when broken off" && i > 0 {
				clock.Done(time.Now())
				return nil
			}
			return err
		}
		if i == 0 && flaw == "Sent at the first token" {
			clock.Sent(time.Now())
		}
		s.arrived(clock, i)
		if i == 0 && flaw == "Done at the first token" {
			clock.Done(time.Now())
		}
	}
	switch {
	case flaw == "fails":
		clock.Done(time.Now())
		return errFlawed
	case flaw == "usage of all sessions":
		clock.Usage(metrics.Usage{Prompt: 10, Completion: s.engine.count(r.Session, n)})
	case flaw == "more cached than sent":
		clock.Usage(metrics.Usage{Prompt: 10, Cached: 11, Completion: n})
	case flaw != "no counts":
		clock.Usage(metrics.Usage{Prompt: 10, Cached: 3, Completion: n})
	}
	switch flaw {
	case "changes the body":
		r.Body[0][0] = '['
	case "changes the limit":
		r.ForcedTokens++
	}
	switch flaw {
	case "Done missing", "Done at the first token":
	case "Done later":
		clock.Done(time.Now().Add(time.Second))
	default:
		clock.Done(time.Now())
	}
	return nil
}

// length returns the length of the answer.
func (s *flawedSender) length(r *trajectory.Request) int {
	switch s.engine.flaw {
	case "short":
		return r.ForcedTokens - 1
	case "keeps the request":
		if s.kept == nil {
			s.kept = r
		}
		return max(1, s.kept.ForcedTokens+r.Index)
	case "keeps the body":
		if s.body == nil {
			s.body = r.Body[0]
		}
		if s.body[0] == 0 {
			return 1
		}
	case "agents share a state", "one Sender for an agent":
		s.mu.Lock()
		s.tokens = r.ForcedTokens
		s.mu.Unlock()
		time.Sleep(time.Millisecond)
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.tokens
	}
	return r.ForcedTokens
}

// wait waits for the next token.
func (s *flawedSender) wait(ctx context.Context, d time.Duration) error {
	flaw := s.engine.flaw
	if flaw == "ignores ctx" || flaw == "looks at ctx once" {
		ctx = context.Background()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
	}
	switch flaw {
	case "slow to stop":
		time.Sleep(time.Minute)
	case "broken off without a cause":
		return errFlawed
	case "stuck after being broken off":
		s.stuck = true
	}
	return context.Cause(ctx)
}

// arrived tells the clock of token i.
func (s *flawedSender) arrived(clock *metrics.Clock, i int) {
	now := time.Now()
	switch s.engine.flaw {
	case "no arrivals":
	case "arrivals out of order":
		clock.Arrived(now.Add(time.Duration(i%2)*-time.Second), 5, 1)
	case "arrivals in the future":
		clock.Arrived(now.Add(time.Minute), 5, 1)
	case "running total":
		clock.Arrived(now, 5, i+1)
	case "no counts":
		clock.Arrived(now, 5, 0)
	default:
		clock.Arrived(now, 5, 1)
	}
}

// Close implements io.Closer.
func (s *flawedSender) Close() error {
	switch s.engine.flaw {
	case "Close fails":
		return errFlawed
	case "Close waits":
		time.Sleep(time.Hour)
	case "Close closes all":
		s.engine.mu.Lock()
		defer s.engine.mu.Unlock()
		s.engine.shared.stuck = true // the latest
	}
	return nil
}

// occupy takes the engine, if it is free, or frees it.
func (e *flawedEngine) occupy(busy bool) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if busy && e.busy {
		return false
	}
	e.busy = busy
	return true
}

// number returns how many requests came before.
func (e *flawedEngine) number() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent++
	return e.sent - 1
}

// count returns the tokens of all answers since the session before.
func (e *flawedEngine) count(session string, n int) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.all == nil {
		e.all = make(map[string]int)
	}
	e.all[session] += n
	if len(e.all) == 1 {
		return n
	}
	total := 0
	for _, k := range e.all {
		total += k
	}
	return total
}
