package conformance

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

func concurrentCosts(n int) Cost { return each(n, longTokens)(n) }

func concurrent(ctx context.Context, s *suite) seen {
	all := make([]*answer, s.cfg.Concurrency)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			conn := s.client.Conn()
			defer conn.Close()
			all[i] = s.ask(ctx, conn, question{tokens: longTokens, forced: s.forces(), messages: []message{
				said("user", fmt.Sprintf("Write the numbers from %d on as words.", 1+100*i)),
			}})
		})
	}
	wg.Wait()
	var times []turn
	var longest time.Duration
	for _, a := range all {
		if a.err != nil {
			return failed("one of %d requests at once failed: %v", len(all), a.err)
		}
		longest = max(longest, a.timing.E2E)
		if a.timing.Last > a.timing.First {
			times = append(times, turn{a.timing.Sent.Add(a.timing.First), a.timing.Sent.Add(a.timing.Last)})
		}
	}
	both := s.both()
	alone := both[len(both)-1].timing.E2E
	took := fmt.Sprintf("all took %v, one alone %v", longest.Round(time.Millisecond), alone.Round(time.Millisecond))
	most := atOnce(times)
	switch {
	case len(times) == len(all) && most == len(all):
		return passed("%d requests sent at once streamed at the same time; %s", most, took)
	case len(times) == len(all):
		return failed("of %d requests sent at once %d streamed at the same time; %s", len(all), most, took)
	case float64(longest) < clearly*float64(alone): // one after the other they would take len(all) times as long
		return passed("%d requests sent at once, which came as a whole; %s", len(all), took)
	}
	return skipped("answers came as a whole, so that it cannot be seen when they were made; %s", took)
}

// A turn is the time from the first to the last token of an answer.
type turn struct{ from, to time.Time }

// atOnce returns the most turns that there are at any one time.
func atOnce(turns []turn) (most int) {
	for _, t := range turns { // the most are there when one begins
		n := 0
		for _, u := range turns {
			if !u.from.After(t.from) && u.to.After(t.from) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

const (
	// cancelTokens is the length of an answer that is canceled: four seconds at 500 tokens/s.
	cancelTokens = 2048
	// freed is how long a server may take to notice that a client has gone: those that do
	// were seen to take half a second at most.
	freed = 2 * time.Second
	// clearly is how many times as long an answer beside others must take for their going
	// to be seen, and noise how much longer: a client with other work is late by milliseconds.
	clearly = 1.5
	noise   = 20 * time.Millisecond
)

func cancelCosts(n int) Cost { return each(n, cancelTokens)(n).plus(each(3, shortTokens)(n)) }

// cancels starts Concurrency long answers, hangs up, and looks whether the server has: at its
// own count of running requests if it has one, otherwise at how long an answer takes before,
// beside and after them.
func cancels(ctx context.Context, s *suite) seen {
	idle, counts := s.running(ctx)
	alone := s.short(ctx)
	conns, hangUp := s.occupy(ctx)
	defer hangUp()
	busy, _ := s.running(ctx)
	if counts && busy > idle {
		began := time.Now()
		hangUp()
		return s.drains(ctx, idle, busy, began)
	}
	beside := s.short(ctx)
	hangUp()
	a, b := alone.timing.E2E, beside.timing.E2E
	text := fmt.Sprintf("%d tokens took %v alone, %v beside %d others", shortTokens, a.Round(time.Millisecond), b.Round(time.Millisecond), conns)
	switch {
	case !alone.served() || !beside.served():
		return skipped("a request failed: %v", firstError(alone, beside))
	case float64(b) < clearly*float64(a) || b-a < noise:
		return skipped("%s: too little of a difference, and /metrics does not count what runs", text)
	}
	sleep(ctx, freed)
	after := s.short(ctx)
	c := after.timing.E2E
	text += fmt.Sprintf(", %v after those were canceled", c.Round(time.Millisecond))
	switch {
	case !after.served():
		return skipped("a request failed: %v", after.err)
	case cancelTokens/shortTokens*b < 2*(b+freed+c):
		return skipped("%s: they would have ended by themselves", text)
	case c-a > (b-a)/2:
		return failed("%s: they are still being worked on", text)
	}
	return passed("%s", text)
}

// drains waits for the server's count of running requests to fall back.
func (s *suite) drains(ctx context.Context, idle, busy float64, began time.Time) seen {
	const every = 100 * time.Millisecond
	now := busy
	for time.Since(began) < freed && ctx.Err() == nil {
		sleep(ctx, every)
		if n, ok := s.running(ctx); ok {
			now = n
		}
		if now <= idle {
			return passed("/metrics counts %v running requests, %v after a cancel %v", busy, time.Since(began).Round(every), now)
		}
	}
	return failed("/metrics counts %v running requests, and %v after a cancel still %v", busy, freed, now)
}

// short sends a short request over a connection of its own.
func (s *suite) short(ctx context.Context) *answer {
	conn := s.client.Conn()
	defer conn.Close()
	return s.ask(ctx, conn, question{tokens: shortTokens, forced: s.forces(), messages: []message{said("user", "Count.")}})
}

// occupy starts long answers and returns when they have begun, or are over. hangUp cancels
// them and waits for the client to be done with them.
func (s *suite) occupy(ctx context.Context) (n int, hangUp func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	n = s.cfg.Concurrency
	for i := range n {
		begun := make(chan struct{})
		wg.Go(func() {
			conn := s.client.Conn()
			defer conn.Close()
			s.askBegun(ctx, conn, question{tokens: cancelTokens, forced: s.forces(), messages: []message{
				said("user", strings.Repeat("Count on. ", 1+i)),
			}}, begun)
		})
		<-begun
	}
	return n, func() { cancel(); wg.Wait() }
}

func firstError(all ...*answer) error {
	for _, a := range all {
		if !a.served() {
			return a.err
		}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
