package metrics

import (
	"errors"
	"fmt"
	"time"
)

// A Clock times one streamed response. The times it is given, called stamps, must
// have a monotonic reading, as those of [time.Now] do. A stamp earlier than the one
// before it is raised to that one and counted in [Timing.Clamped].
//
// The zero value is ready for one response; assign Clock{} to use it again. A
// Clock is not safe for concurrent use. Its methods do not allocate.
type Clock struct {
	// Gaps, if set, receives the gaps of this response as they occur.
	Gaps *Gaps
	// First, if set, is called once with the stamp of the first visible output, for
	// observers of responses that are still open. It should return at once.
	First func(t time.Time)

	due, sent, done time.Time
	first, last     time.Time     // the first and the latest stamp with visible output
	tenth           time.Time     // the stamp of the tenth event
	made            time.Duration // from first to the latest event, with output or without
	lead            time.Duration // from first to the last event of the first burst
	total           amount        // of the whole response
	head, burst     amount        // of its first stamp, of its first burst
	ahead           int           // events without output before the first that had some
	blank           int64
	usage           Usage
	reported        bool
	clamped         int

	early  bool // output arrived before Sent
	rising int  // events in a row that each came with more tokens than the one before
	latest int  // tokens of the latest event

	from, until time.Time // the window, zero if there is none
	within      amount    // of the stamps in it

	pending       time.Duration // the gap before the latest stamp
	pendingTokens int           // tokens known to have come with the latest stamp
}

// tenth is the number of the event that Timing.Tenth is about: late enough for the first
// burst to be over, early enough for most answers to have it.
const tenth = 10

// burstGap is the time between two events below which the later one is taken to have been
// made with the earlier one at the start of a response. Servers and gateways send what
// several steps have made in one go, but an event each, and HTTP/2 stamps each frame: such
// events come a few microseconds apart, and no system makes 5,000 steps a second.
const burstGap = 200 * time.Microsecond

// amount is an amount of output.
type amount struct {
	events  int // with visible output
	silent  int // without, after the first that had some
	bytes   int64
	tokens  int // by the server's running count
	unknown int // events that came without a token count
}

func (s *amount) add(bytes, tokens int) {
	s.events++
	s.bytes += int64(bytes)
	if tokens > 0 {
		s.tokens += tokens
	} else {
		s.unknown++
	}
}

// Due records when the request should have been sent. Without it the request is
// due when it is sent.
func (c *Clock) Due(t time.Time) { c.due = t }

// Sent records when the request was sent: just before connecting and writing the
// body, so that both count as part of the response time.
func (c *Clock) Sent(t time.Time) { c.sent = t }

// Window sets the time from which, and the time up to but not including which,
// output is counted a second time, in [Timing.Within]. It is called before the
// first Arrived.
func (c *Clock) Window(from, until time.Time) { c.from, c.until = from, until }

// Arrived records one event with visible output, stamped t when the network
// read that completed it returned: all events of one read have the same t. bytes is
// the length of its visible output. tokens is the number of output tokens since the
// event before, if the server sends a running count, or 0.
func (c *Clock) Arrived(t time.Time, bytes, tokens int) {
	if c.total.events == 0 {
		c.early = c.sent.IsZero()
		t = c.notBefore(t, c.sent)
		c.first, c.last = t, t
		if c.First != nil {
			c.First(t)
		}
	} else {
		t = c.notBefore(t, c.latestStamp())
		c.gap(t, tokens)
		c.last = t
	}
	c.made = t.Sub(c.first)
	bursting := c.burst.events == c.total.events && c.made-c.lead < burstGap
	if c.rising++; tokens <= c.latest {
		c.rising = 0
	}
	c.latest = tokens
	c.total.add(bytes, tokens)
	if c.total.events == tenth {
		c.tenth = t
	}
	if t.Before(c.until) && !t.Before(c.from) {
		c.within.add(bytes, tokens)
	}
	if t.Equal(c.first) {
		c.head.add(bytes, tokens)
	}
	if bursting {
		c.burst.add(bytes, tokens)
		c.lead = c.made
	}
}

// Progress records an event without visible output that shows that the response goes on
// or has just been finished: a delta without text, of a token that the server strips or
// holds back, of white space before the first visible output, or one with the reason for
// the end. Such an event may hold a token; whether
// it did is told by the count. Events that come before the model's first token, such as one
// that only states a role, are not progress.
func (c *Clock) Progress(t time.Time) {
	if c.total.events == 0 {
		c.ahead++
		return
	}
	t = c.notBefore(t, c.latestStamp())
	c.made = t.Sub(c.first)
	c.total.silent++
	if t.Before(c.until) && !t.Before(c.from) {
		c.within.silent++
	}
	if t.Equal(c.first) {
		c.head.silent++
	}
	if c.made <= c.lead {
		c.burst.silent++
	}
}

// Blank records how many bytes of the visible output show nothing, such as texts of white space
// and spaces at the end of others, over the whole response. The last call counts.
func (c *Clock) Blank(bytes int) { c.blank = int64(bytes) }

// Usage records the server's own count of tokens. The last call counts.
func (c *Clock) Usage(u Usage) {
	_, u.CachedStated = u.CachedTokens()
	c.usage, c.reported = u, true
}

// Done records the end of the response, whether it succeeded or not.
func (c *Clock) Done(t time.Time) {
	t = c.notBefore(t, c.sent)
	if c.total.events > 0 {
		t = c.notBefore(t, c.latestStamp())
	}
	c.flushGap()
	c.done = t
}

// Streamed reports whether any visible output has arrived.
func (c *Clock) Streamed() bool { return c.total.events > 0 }

// runningTotal is the number of events in a row, each with more tokens than the one before,
// from which Arrived counts as given the running total: no server speeds up so steadily,
// and it is more than a pipeline takes to fill.
const runningTotal = 16

// Err returns an error that names the call if the caller used the clock wrongly: if Sent
// or Done is missing, or if Arrived was given a running total of tokens instead of those
// since the event before. It returns nil if the stamps are plausible. Call it after Done.
func (c *Clock) Err() error {
	switch all := c.total.tokens; {
	case c.sent.IsZero():
		return errors.New("metrics: Clock.Sent was not called")
	case c.early:
		return errors.New("metrics: Clock.Arrived was called before Sent")
	case c.done.IsZero():
		return errors.New("metrics: Clock.Done was not called")
	case c.rising >= runningTotal && c.rising >= c.total.events-1,
		c.reported && c.total.unknown == 0 && c.total.events > 1 && c.usage.Completion > 0 && all > 2*c.usage.Completion:
		return fmt.Errorf("metrics: Clock.Arrived was given %d tokens in all where the usage has %d and there were %d events: tokens are those since the event before, not the running total", all, c.usage.Completion, c.total.events)
	}
	return nil
}

// gap passes the gap before an event at t to Gaps. Tokens with the same stamp
// share the gap before it, so that they are recorded when the next stamp comes.
func (c *Clock) gap(t time.Time, tokens int) {
	if c.Gaps == nil {
		return
	}
	d := t.Sub(c.last)
	c.Gaps.event(d)
	if d > 0 {
		c.flushGap()
		c.pending = d
	}
	if c.pending > 0 {
		c.pendingTokens += tokens
	}
}

func (c *Clock) flushGap() {
	if c.Gaps != nil && c.pending > 0 && c.pendingTokens > 0 {
		c.Gaps.tokens(c.pending, c.pendingTokens)
	}
	c.pending, c.pendingTokens = 0, 0
}

// latestStamp is that of the latest event since the first with visible output.
func (c *Clock) latestStamp() time.Time { return c.first.Add(c.made) }

func (c *Clock) notBefore(t, earlier time.Time) time.Time {
	if t.Before(earlier) {
		c.clamped++
		return earlier
	}
	return t
}
