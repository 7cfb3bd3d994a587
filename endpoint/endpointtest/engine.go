package endpointtest

import (
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/internal/simserver"
)

// An Engine is a simulated inference engine, an [http.Handler] that answers POST
// .../chat/completions, .../messages, .../messages/count_tokens and .../responses, and GET
// .../models. Set its fields before the first request. The zero value serves every request
// at 100 tokens per second. Answers are text, or the arguments of the tool that a request's
// tool_choice asks for; they are streams, or come as a whole where a request does not ask
// for a stream.
type Engine struct {
	// Model is the one model served; empty means "simulated". Requests for
	// another get a 404.
	Model string
	// ContextTokens is the context window that is stated and enforced, in tokens;
	// 0 means no limit. A prompt counts as one token per 4 bytes of the JSON of its
	// messages and tools, as those of a chat completion in whatever API it came.
	ContextTokens int

	// Capacity is what all requests share, in output tokens per second; 0 means
	// no limit.
	Capacity float64
	// PerRequest is the most that one request gets, in output tokens per second;
	// 0 means no limit, or 100 when Capacity is 0 too.
	PerRequest float64
	// TTFT is the time from the arrival of a request to its first token.
	// TTFTPerOther is added for every other request in the system at that moment.
	// When both are 0, the first token takes as long as any other.
	TTFT, TTFTPerOther time.Duration

	// OutputTokens is the length in tokens of an answer that max_tokens does not
	// limit; 0 means as long as max_tokens allows, or 128 without it.
	OutputTokens int
	// IgnoreEOSIgnored makes the engine ignore ignore_eos, as some servers do.
	IgnoreEOSIgnored bool
	// TokensPerEvent is the number of tokens in one event; 0 means 1. An event is
	// sent when its last token is due.
	TokensPerEvent int
	// EarlyRole sends a chunk with only the role as soon as a request arrives, as
	// some servers do. Otherwise the first event with text has the role, too. In the
	// other APIs it is message_start, or response.created, that comes early or with the
	// first text.
	EarlyRole bool
	// FinishAbandoned keeps a request whose client has hung up in the system
	// until it would have ended, as some servers do.
	FinishAbandoned bool

	// Fault, when set, is asked about each request, counted from 0 in order of
	// arrival. It must be safe for concurrent use.
	Fault func(request int) Fault

	// Trick is how the engine tries to look better than it is; empty means not at all.
	Trick Trick

	share  share
	cache  prefixCache
	player simserver.Player
	mu     sync.Mutex
	stats  Stats
}

// Stats are totals since the engine was made.
type Stats struct {
	// Requests is the number of requests for completions.
	Requests int
	// Active is the number now in the system; MostActive is the greatest so far.
	Active, MostActive int
	// PromptTokens, CachedTokens and OutputTokens are as reported in usage, but for what a
	// Trick claims.
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
	e.api().Route(w, r, e.serveCompletion)
}

func (e *Engine) api() simserver.API {
	return simserver.API{Model: e.Model, ContextTokens: e.ContextTokens, OutputTokens: e.OutputTokens, IgnoreEOSIgnored: e.IgnoreEOSIgnored}
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

// ttft returns the time to the first token with so many others in the system.
func (e *Engine) ttft(others int) time.Duration {
	return e.TTFT + time.Duration(others)*e.TTFTPerOther
}

// enter and leave take a request into and out of the system. enter returns its number
// and how many others are in the system.
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
