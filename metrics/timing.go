package metrics

import (
	"math"
	"time"
)

// TokensPerSecond is a speed or a throughput in output tokens per second.
type TokensPerSecond float64

// Usage is the server's own token count for one response.
type Usage struct {
	// Prompt is the number of input tokens, cached ones included.
	Prompt int
	// Cached is the number of input tokens served from a prefix cache.
	Cached int
	// Completion is the number of output tokens, reasoning included.
	Completion int
	// Reasoning is the number of output tokens spent on reasoning.
	Reasoning int
	// Hidden is the number of tokens of Completion that were never streamed, such
	// as reasoning that the server withholds. Output speed leaves them out, since
	// they were produced before the first visible token.
	Hidden int
}

// A Source says where a token count comes from.
type Source string

const (
	// SourceNone means that there was no visible output to count.
	SourceNone Source = ""
	// SourceUsage is the server's count at the end of the response.
	SourceUsage Source = "usage"
	// SourceContinuous is the server's running count, sent with each event.
	SourceContinuous Source = "continuous"
	// SourceEstimated is a share of the server's total, in proportion to visible
	// bytes.
	SourceEstimated Source = "estimated"
	// SourceEvents is the number of visible events, for want of any count by the
	// server.
	SourceEvents Source = "events"
)

// A Timing holds the times and token counts of one streamed response.
type Timing struct {
	// Due is when the request should have been sent, Sent when it was.
	Due, Sent time.Time
	// Lateness is Sent - Due, or 0 if the request was early. It is the client's
	// fault, never the server's.
	Lateness time.Duration
	// First and Last are the times from Sent to the first and last visible output;
	// 0 if Events is 0.
	First, Last time.Duration
	// Tenth is the time from Sent to the tenth event with visible output; 0 with
	// fewer events.
	Tenth time.Duration
	// E2E is the time from Sent to the end of the response; 0 if it has not ended.
	E2E time.Duration

	// Events is the number of events with visible output, FirstEvents the number
	// of those that came with the first stamp.
	Events, FirstEvents int
	// Bytes is the length of the visible output.
	Bytes int64
	// Tokens is the number of output tokens, hidden ones included, and
	// TokenSource where that number comes from.
	Tokens      int
	TokenSource Source
	// FirstTokens is the number of visible tokens that came with the first stamp,
	// and FirstSource where that number comes from.
	FirstTokens int
	FirstSource Source
	// Usage is the server's count; zero unless UsageReported.
	Usage         Usage
	UsageReported bool
	// Within is the output that arrived in the window of the clock; zero without a
	// window.
	Within Part
	// Clamped is the number of stamps that were earlier than the one before them
	// and were raised to it.
	Clamped int
}

// A Part is the output that arrived in the window of a [Clock].
type Part struct {
	// Events is the number of events with visible output, Bytes its length.
	Events int
	Bytes  int64
	// Tokens is the number of output tokens: by the running count if there is one,
	// else in proportion to visible bytes, else the number of events. Hidden
	// tokens, which were produced before the first visible one, count with the
	// first stamp.
	Tokens float64
}

// Timing returns what the clock has seen so far. It may be called before Done.
func (c *Clock) Timing() Timing {
	t := Timing{
		Due:           c.due,
		Sent:          c.sent,
		Events:        c.total.events,
		Bytes:         c.total.bytes,
		FirstEvents:   c.head.events,
		Usage:         c.usage,
		UsageReported: c.reported,
		Clamped:       c.clamped,
	}
	if t.Due.IsZero() {
		t.Due = c.sent
	}
	sent := c.sent
	if sent.IsZero() {
		sent = c.first // nothing is counted from the zero time
	}
	t.Lateness = max(0, t.Sent.Sub(t.Due))
	if !c.done.IsZero() && !t.Sent.IsZero() {
		t.E2E = c.done.Sub(c.sent)
	}
	if c.total.events > 0 {
		t.First, t.Last = c.first.Sub(sent), c.last.Sub(sent)
	}
	if c.total.events >= tenth {
		t.Tenth = c.tenth.Sub(sent)
	}
	t.Tokens, t.TokenSource = c.count()
	t.FirstTokens, t.FirstSource = c.countFirst(t.Tokens-t.Usage.Hidden, t.TokenSource)
	t.Within = c.part(t.Tokens-t.Usage.Hidden, t.TokenSource)
	return t
}

// part returns the output that arrived in the window.
func (c *Clock) part(visible int, source Source) Part {
	p := Part{Events: c.within.events, Bytes: c.within.bytes}
	begun := p.Events > 0 && !c.first.Before(c.from)
	switch {
	case p.Events == 0:
	case c.total.unknown == 0:
		// A running count includes hidden tokens, in its first step.
		p.Tokens = float64(c.within.tokens)
		return p
	case source == SourceEvents:
		p.Tokens = float64(p.Events)
	case c.total.bytes > 0:
		p.Tokens = float64(visible) * float64(p.Bytes) / float64(c.total.bytes)
	default:
		p.Tokens = float64(visible) * float64(p.Events) / float64(c.total.events)
	}
	if begun {
		p.Tokens += float64(c.usage.Hidden)
	}
	return p
}

// count returns the number of output tokens and where it comes from. A usage of 0
// tokens beside visible output is not a count.
func (c *Clock) count() (int, Source) {
	switch {
	case c.usage.Completion > 0:
		return c.usage.Completion, SourceUsage
	case c.total.events == 0:
		return 0, SourceNone
	case c.total.unknown == 0:
		return c.total.tokens, SourceContinuous
	default:
		return c.total.events, SourceEvents
	}
}

// countFirst returns the number of visible tokens that came with the first stamp.
func (c *Clock) countFirst(visible int, source Source) (int, Source) {
	if c.head.events == 0 {
		return 0, SourceNone
	}
	var n int
	switch {
	case c.head.unknown == 0:
		// A running count includes hidden tokens.
		n, source = c.head.tokens-c.usage.Hidden, SourceContinuous
	case source == SourceEvents:
		n = c.head.events
	case c.total.bytes > 0:
		n = int(math.Round(float64(visible) * float64(c.head.bytes) / float64(c.total.bytes)))
		source = SourceEstimated
	default:
		n = int(math.Round(float64(visible) * float64(c.head.events) / float64(c.total.events)))
		source = SourceEstimated
	}
	// Visible output is at least one token, at the first stamp and after it.
	most := visible
	if c.total.events > c.head.events {
		most--
	}
	return max(1, min(n, most)), source
}

// TTFT is the time to first token: from Sent to the first visible output. ok is
// false if there was no visible output or Sent is not known.
func (t Timing) TTFT() (d time.Duration, ok bool) {
	return t.First, t.Events > 0 && !t.Sent.IsZero()
}

// TTFTFromDue is the time to first token as the agent saw it: from Due, so that it
// includes the client's lateness. ok is as for TTFT.
func (t Timing) TTFTFromDue() (d time.Duration, ok bool) {
	return t.First + t.Lateness, t.Events > 0 && !t.Sent.IsZero()
}

// OutputSpeed is the number of visible tokens after the first stamp over the
// time from the first visible stamp to the last. ok is false if the response is
// unmeasurable: all visible output shares one stamp, or all tokens came with the
// first.
func (t Timing) OutputSpeed() (speed TokensPerSecond, ok bool) {
	tokens, window := t.Tokens-t.Usage.Hidden-t.FirstTokens, t.Last-t.First
	if t.Events == 0 || window <= 0 || tokens <= 0 {
		return 0, false
	}
	// One division of two whole numbers: a speed that is a whole number of
	// tokens per second comes out as exactly that, so that a tie is a tie.
	return TokensPerSecond(float64(tokens) * 1e9 / float64(window.Nanoseconds())), true
}

// TimePerOutputToken is the inverse of OutputSpeed: the mean time between the
// tokens of the response. ok is as for OutputSpeed.
func (t Timing) TimePerOutputToken() (d time.Duration, ok bool) {
	tokens, window := t.Tokens-t.Usage.Hidden-t.FirstTokens, t.Last-t.First
	if t.Events == 0 || window <= 0 || tokens <= 0 {
		return 0, false
	}
	return window / time.Duration(tokens), true
}

// E2ESpeed is the number of output tokens over the time from Sent to the end of
// the response. ok is false if there was no output or the response has not ended.
func (t Timing) E2ESpeed() (speed TokensPerSecond, ok bool) {
	if t.Tokens == 0 || t.E2E <= 0 {
		return 0, false
	}
	return TokensPerSecond(float64(t.Tokens) * 1e9 / float64(t.E2E.Nanoseconds())), true
}
