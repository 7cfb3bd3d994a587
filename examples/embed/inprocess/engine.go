// Package inprocess measures an engine in the same process, without HTTP, and tests it in
// virtual time: what takes half an hour of its time passes in seconds and is never disturbed.
//
//	go test -v
package inprocess

import (
	"context"
	"sync"
	"time"
)

// An Engine decodes all requests in one batch. A step makes a token of each and takes
// Overhead, and PerRequest for each of them. The zero value takes no time.
type Engine struct {
	Overhead, PerRequest time.Duration

	mu      sync.Mutex
	batch   map[*request]bool
	running bool
}

type request struct {
	left   int
	tokens chan int // how many are left
}

// Generate calls emit for each of n tokens as it is made. It is the engine's own interface:
// that it knows nothing of agentperf is the point.
func (e *Engine) Generate(ctx context.Context, prompt string, n int, emit func()) error {
	r := &request{n, make(chan int, n)}
	e.mu.Lock()
	if e.batch == nil {
		e.batch = make(map[*request]bool)
	}
	e.batch[r] = true
	if !e.running {
		e.running = true
		go e.run()
	}
	e.mu.Unlock()
	for {
		select {
		case left := <-r.tokens:
			if emit(); left == 0 {
				return nil
			}
		case <-ctx.Done():
			e.mu.Lock()
			defer e.mu.Unlock()
			delete(e.batch, r)
			return context.Cause(ctx)
		}
	}
}

// run makes one step after the other while there are requests.
func (e *Engine) run() {
	for {
		e.mu.Lock()
		n := len(e.batch)
		e.mu.Unlock()
		time.Sleep(e.Overhead + time.Duration(n)*e.PerRequest)
		if !e.step() {
			return
		}
	}
}

// step makes a token for each request, and reports whether any is left.
func (e *Engine) step() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for r := range e.batch {
		r.left--
		if r.tokens <- r.left; r.left == 0 {
			delete(e.batch, r)
		}
	}
	e.running = len(e.batch) > 0
	return e.running
}
