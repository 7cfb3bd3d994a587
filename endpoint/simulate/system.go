package simulate

import (
	"net/http"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/internal/simserver"
)

// A System is a simulated inference system, an [http.Handler] that answers POST
// .../chat/completions, .../messages, .../messages/count_tokens and .../responses, and
// GET .../models. It runs no goroutine of its own and needs no closing.
type System struct {
	cfg Config // resolved

	mu         sync.Mutex
	stats      Stats
	latencies  latencies
	inside     int       // requests let in and not out yet
	began      time.Time // of the first request
	workers    []*worker // those that compute prompts first
	prefillers int       // how many these are
	arrivals   []*sequence
	deliveries []delivery
	timer      *time.Timer // to the next event
	alarm      int         // how often it was set
	gathering  bool        // it is set to the end of the present instant
}

// New returns a system. The error is that of [Config.Validate].
func New(c Config) (*System, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &System{cfg: c.resolved()}
	if s.cfg.Prefill == nil {
		s.add(&s.cfg.Pool, false, false)
		s.prefillers = len(s.workers)
		return s, nil
	}
	s.add(s.cfg.Prefill, true, false)
	s.prefillers = len(s.workers)
	s.add(&s.cfg.Pool, false, true)
	return s, nil
}

// add adds a worker for each replica of a pool.
func (s *System) add(p *Pool, prefill, decode bool) {
	for range p.Replicas {
		w := &worker{Pool: p, s: s, prefill: prefill, decode: decode}
		if p.KVTokens > 0 {
			// A room of 0 blocks would be one without a limit.
			w.kv.room = max(1, p.KVTokens/s.cfg.BlockTokens)
		}
		s.workers = append(s.workers, w)
	}
}

// ServeHTTP answers one request.
func (s *System) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.api().Route(w, r, s.serveCompletion)
}

func (s *System) api() simserver.API {
	return simserver.API{Model: s.cfg.Model, ContextTokens: s.cfg.ContextTokens, OutputTokens: s.cfg.OutputTokens, IgnoreEOSIgnored: s.cfg.IgnoreEOSIgnored}
}
