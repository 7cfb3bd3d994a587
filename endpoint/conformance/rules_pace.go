package conformance

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	// together is how soon after a read another one belongs to the same burst: events that
	// follow each other faster are more than 10,000 tokens/s, which no system makes for one
	// answer in 2026.
	together = 100 * time.Microsecond
	// tooMany is the number of events that arrive together, half of them at least, from which
	// something holds them back. Engines that report every few tokens send them as one event; a client
	// that is late now and then sees two or three together. A proxy with buffers of 4 KiB
	// sends 16 and more.
	tooMany = 8
	// heldFor is the shortest time from a request to its end that shows whether it was held
	// back: what is over sooner may be as fast as it looks.
	heldFor = 50 * time.Millisecond
)

// pacingTokens is the length of an answer that is asked for where those before it were over
// too soon: on a model that makes 10,000 tokens/s it takes twice as long as heldFor.
const pacingTokens = 1024

func pace(ctx context.Context, s *suite) seen {
	all := s.both()
	a := all[len(all)-1]
	saw := a.pace()
	if saw.status == Skipped && a.timing.E2E < heldFor && s.forces() {
		longer := s.ask(ctx, s.conn, question{tokens: pacingTokens, forced: true, messages: []message{
			said("user", "Count from one to ten thousand in words."),
		}})
		if longer.served() {
			saw = longer.pace()
		}
	}
	return saw
}

// pace judges whether the events of an answer came as they were made.
func (a *answer) pace() seen {
	t := a.timing
	switch {
	case t.Tokens < longTokens/2:
		return skipped("the longest answer has %d tokens", t.Tokens)
	case t.Events == 1 && t.E2E < heldFor:
		return skipped("%d tokens came in one event, %v after the request: too soon to tell", t.Tokens, t.E2E.Round(time.Microsecond))
	case t.Events == 1:
		return failed("%d tokens came in one event, %v after the request", t.Tokens, t.First.Round(time.Millisecond))
	}
	bursts, typical := a.bursts()
	text := fmt.Sprintf("%d tokens in %d events with text, from %v to %v after the request; in %d bursts, half of them in bursts of %d or more",
		t.Tokens, t.Events, t.First.Round(100*time.Microsecond), t.Last.Round(100*time.Microsecond), bursts, typical)
	switch {
	case typical < tooMany || t.E2E < heldFor && t.Last-t.First > t.E2E/2: // it is that fast
		return passed("%s", text)
	case t.E2E < heldFor:
		return skipped("%s: too soon to tell", text)
	}
	return failed("%s: something holds them back (a proxy? nginx with proxy_buffering, HAProxy without http-no-delay)", text)
}

// bursts returns in how many bursts events came, and the size of the burst of the median
// event: half of the events came in one of at least that many. A mean would follow a single
// hiccup of the client.
func (a *answer) bursts() (n, typical int) {
	all := a.events()
	var sizes []int
	var last time.Time
	next := 0
	for _, r := range a.reads {
		if len(sizes) == 0 || r.at.Sub(last) > together {
			sizes = append(sizes, 0)
		}
		last = r.at
		for ; next < len(all) && all[next].at < r.end; next++ {
			sizes[len(sizes)-1]++
		}
	}
	slices.Sort(sizes)
	sizes = slices.DeleteFunc(sizes, func(size int) bool { return size == 0 })
	seen := 0
	for _, size := range sizes {
		if seen += size; 2*seen >= next {
			typical = size
			break
		}
	}
	return len(sizes), typical
}
