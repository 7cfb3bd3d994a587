package endpointtest

import (
	"context"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
)

// An Engine is a simulated inference engine, an [http.Handler] that answers
// POST .../chat/completions and GET .../models. Set its fields before the first
// request. The zero value serves every request at 100 tokens per second.
type Engine struct {
	// Model is the one model served; empty means "simulated". Requests for
	// another get a 404.
	Model string
	// ContextTokens is the context window stated and kept to, in tokens; 0 for
	// no limit. A prompt is counted as one token for every 4 bytes of the JSON
	// of its messages and tools.
	ContextTokens int

	// Capacity is what all requests share, in output tokens per second; 0 for
	// no limit.
	Capacity float64
	// PerRequest is the most that one request gets, in output tokens per
	// second; 0 for no limit, or 100 when Capacity is 0 too.
	PerRequest float64
	// TTFT is the time from the arrival of a request to its first token, and
	// TTFTPerOther is added to it for every other request in the system at
	// that moment. When both are 0 the first token takes as long as any other.
	TTFT, TTFTPerOther time.Duration

	// OutputTokens is the length of an answer that nothing limits or forces,
	// in tokens; 0 means as long as max_tokens allows, or 128.
	OutputTokens int
	// IgnoreEOSIgnored makes the engine ignore ignore_eos, as some servers do.
	IgnoreEOSIgnored bool
	// TokensPerEvent is the number of tokens that one event carries; 0 means 1.
	// They all come when the last of them is due.
	TokensPerEvent int
	// EarlyRole sends a chunk with nothing but the role as soon as a request
	// arrives, as some servers do.
	EarlyRole bool
	// FinishAbandoned keeps a request whose client has hung up in the system
	// until it would have ended, as some servers do.
	FinishAbandoned bool

	// Fault, when set, is asked about each request, counted from 0 in the order
	// of arrival. It must be safe for concurrent use.
	Fault func(request int) Fault

	share share
	cache prefixCache
	mu    sync.Mutex
	stats Stats
}

// Stats are totals since the engine was made.
type Stats struct {
	// Requests is the number of requests for completions.
	Requests int
	// Active is the number now in the system, MostActive the greatest so far.
	Active, MostActive int
	// PromptTokens, CachedTokens and OutputTokens are as reported in usage.
	PromptTokens, CachedTokens, OutputTokens int
	// Abandoned is the number of requests whose client hung up.
	Abandoned int
}

// Stats returns the totals so far.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stats
}

func (e *Engine) update(f func(*Stats)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f(&e.stats)
}

// ServeHTTP answers one request.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/models") && r.Method == http.MethodGet:
		e.serveModels(w)
	case strings.HasSuffix(path, "/chat/completions") && r.Method == http.MethodPost:
		e.serveCompletion(w, r)
	default:
		writeError(w, http.StatusNotFound, "no such path: "+r.Method+" "+path)
	}
}

func (e *Engine) model() string {
	if e.Model == "" {
		return "simulated"
	}
	return e.Model
}

// rate returns the tokens per second that each of n requests gets.
func (e *Engine) rate(n int) float64 {
	limit := e.PerRequest
	if limit == 0 && e.Capacity == 0 {
		limit = 100
	}
	if limit == 0 {
		limit = math.Inf(1)
	}
	if e.Capacity > 0 {
		limit = min(limit, e.Capacity/float64(n))
	}
	return limit
}

// enter and leave move a request into and out of the system; enter returns its
// number and how many others are in the system.
func (e *Engine) enter() (number, others int) {
	others = e.share.enter(time.Now(), e.rate)
	e.update(func(s *Stats) {
		number = s.Requests
		s.Requests++
		s.Active++
		s.MostActive = max(s.MostActive, s.Active)
	})
	return number, others
}

func (e *Engine) leave() {
	e.share.leave(time.Now(), e.rate)
	e.update(func(s *Stats) { s.Active-- })
}

// share is what all requests in the system have in common: since each gets the
// same rate at any time, one number says how far a request has come that was
// there all along. Its zero value is an empty system.
type share struct {
	mu       sync.Mutex
	n        int
	rate     float64       // tokens per second, now
	progress float64       // tokens, at since
	since    time.Time     // of the latest change of n
	changed  chan struct{} // closed at the next change of n; nil while nobody waits
}

func (s *share) enter(now time.Time, rate func(int) float64) (others int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	others = s.n
	s.change(now, s.n+1, rate)
	return others
}

func (s *share) leave(now time.Time, rate func(int) float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change(now, s.n-1, rate)
}

func (s *share) change(now time.Time, n int, rate func(int) float64) {
	s.progress = s.at(now)
	if s.n == 0 {
		s.progress = 0 // nobody refers to it: keep it small and so exact
	}
	s.since, s.n = now, n
	if n > 0 {
		s.rate = rate(n)
	}
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// at returns the progress at t, at the present rate.
func (s *share) at(t time.Time) float64 {
	return s.progress + t.Sub(s.since).Seconds()*s.rate
}

// mark returns the progress at t, which is not after now by much.
func (s *share) mark(t time.Time) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at(t)
}

// until waits for the progress to reach target. up rounds the nanosecond at
// which it does up instead of down.
func (s *share) until(ctx context.Context, target float64, up bool) error {
	for {
		s.mu.Lock()
		// A result of floating point that is a whole number but for its last
		// digits is that whole number.
		const noise = 0.05
		ns := (target - s.progress) / s.rate * 1e9
		if up {
			ns = math.Ceil(ns - noise)
		} else {
			ns = math.Floor(ns + noise)
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		due, changed := s.since.Add(time.Duration(ns)), s.changed
		s.mu.Unlock()
		again, err := waitUntil(ctx, due, changed)
		if !again {
			return err
		}
	}
}

// waitUntil waits for due; again is set when changed came first.
func waitUntil(ctx context.Context, due time.Time, changed <-chan struct{}) (again bool, err error) {
	d := time.Until(due)
	if d <= 0 {
		return false, ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return false, nil
	case <-changed:
		return true, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}
