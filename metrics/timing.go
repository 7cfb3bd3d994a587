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
	// Cached is the number of input tokens served from a prefix cache, and CachedStated is
	// set where the server said so: many do not, which is not the same as 0. A Cached above
	// 0 counts as stated.
	Cached       int
	CachedStated bool
	// Completion is the number of output tokens, reasoning included.
	Completion int
	// Reasoning is the number of output tokens spent on reasoning.
	Reasoning int
	// Hidden is the number of tokens of Completion that were never streamed, such
	// as reasoning that the server withholds. Output speed leaves them out, since
	// they were produced before the first visible token.
	Hidden int
}

// CachedTokens returns the number of input tokens from a cache; ok is false if the server
// did not state it.
func (u Usage) CachedTokens() (n int, ok bool) {
	return u.Cached, u.CachedStated || u.Cached > 0
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
	// Lead is the time from Sent to the end of the first burst: of events that follow each
	// other within 200 microseconds from the first on. It is First where there is one event,
	// where they share a stamp, where all output came in one burst, and where the burst is a
	// tenth or more of the whole response, as of a mock that is as fast as that.
	Lead time.Duration
	// Tenth is the time from Sent to the tenth event with visible output; 0 with
	// fewer events.
	Tenth time.Duration
	// Made is the time from Sent to the latest sign that tokens were made: the last
	// visible output or a later event without; 0 if Events is 0.
	Made time.Duration
	// E2E is the time from Sent to the end of the response; 0 if it has not ended.
	E2E time.Duration

	// Events is the number of events with visible output, FirstEvents the number
	// of those that came up to Lead.
	Events, FirstEvents int
	// Silent is the number of events without visible output after the first that had
	// some, Ahead that of those before it; see [Clock.Progress].
	Silent, Ahead int
	// Bytes is the length of the visible output, Blank that of what shows nothing in it,
	// such as texts of white space, where the client looked.
	Bytes, Blank int64
	// Tokens is the number of output tokens, hidden ones included, and
	// TokenSource where that number comes from. It is not the server's count where that
	// cannot be: a token is a byte of output at least, unless it was hidden or came in an
	// event without output.
	Tokens      int
	TokenSource Source
	// Doubted is set by those who know more than the response, such as how many tokens it
	// could have at most or how many others have in as many bytes, where Tokens cannot be
	// right. There is no speed then.
	Doubted bool
	// FirstTokens is the number of tokens that came up to Lead, those made before the first
	// left out, and FirstSource where that number comes from.
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
	// tokens, and those of events without output, which were produced before the first
	// visible one, count with the first stamp; later ones of such events with these.
	Tokens float64
}

// Timing returns what the clock has seen so far. It may be called before Done.
func (c *Clock) Timing() Timing {
	t := Timing{
		Due:           c.due,
		Sent:          c.sent,
		Events:        c.total.events,
		Bytes:         c.total.bytes,
		Blank:         c.blank,
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
	t.Silent, t.Ahead = c.total.silent, c.ahead
	if c.total.events > 0 {
		t.Made = t.First + c.made
	}
	t.Tokens, t.TokenSource = c.count(&t)
	s := t.split()
	begin, lead := c.burst, c.lead
	if begin.events == c.total.events && s.silent <= begin.silent || burstShare*lead >= max(t.E2E, t.Made) {
		begin, lead = c.head, 0 // nothing came after it, or it is simply fast
	}
	if t.FirstEvents = begin.events; begin.events > 0 {
		t.Lead = t.First + lead
	}
	t.FirstTokens, t.FirstSource = c.countFirst(begin, s, t.TokenSource)
	t.Within = c.part(s, t.TokenSource)
	return t
}

// part returns the output that arrived in the window.
func (c *Clock) part(s parts, source Source) Part {
	p := Part{Events: c.within.events, Bytes: c.within.bytes}
	begun := p.Events > 0 && !c.first.Before(c.from)
	switch {
	case p.Events == 0:
	case c.total.unknown == 0 && !c.overran():
		// A running count includes what came before the first output, in its first step,
		// and what came without output before more that had some.
		p.Tokens = float64(c.within.tokens)
		begun = false
		s.silent = min(s.silent, max(0, s.ahead+s.visible+s.silent+c.usage.Hidden-c.total.tokens))
	case source == SourceEvents:
		p.Tokens = float64(p.Events)
	case c.total.bytes > 0:
		p.Tokens = float64(s.visible) * float64(p.Bytes) / float64(c.total.bytes)
	default:
		p.Tokens = float64(s.visible) * float64(p.Events) / float64(c.total.events)
	}
	if begun {
		p.Tokens += float64(c.usage.Hidden + s.ahead)
	}
	if c.total.silent > 0 {
		p.Tokens += float64(s.silent) * float64(c.within.silent) / float64(c.total.silent)
	}
	return p
}

// count returns the number of output tokens and where it comes from. A usage of 0
// tokens beside visible output is not a count, and neither is one of more tokens than the
// output can hold, or one that a running count exceeds.
func (c *Clock) count(t *Timing) (int, Source) {
	if n := c.usage.Completion; n > 0 && !c.overran() {
		believed := *t
		believed.Tokens = n
		if t.Events == 0 || t.Bytes == 0 || int64(believed.split().visible) <= t.Bytes {
			return n, SourceUsage
		}
	}
	switch {
	case c.total.events == 0:
		return 0, SourceNone
	case c.total.unknown == 0 && !c.overran():
		return c.total.tokens, SourceContinuous
	default:
		return c.total.events, SourceEvents
	}
}

const (
	// leastPart and partFactor say when a running count has too few tokens in the beginning
	// of a response to be believed, which would leave too many for the time after it: its
	// share of the bytes has at least so many, and so many times as many. Code, prose and
	// JSON are within a factor of two of each other, if they are more than a few words.
	leastPart  = 16
	partFactor = 4
	// overrun is the largest number of tokens that a running count may be above the final
	// one: the rest of a step of speculative decoding that the end of the response cut off.
	overrun = 16
)

// overran reports whether the running count came to more than the server counts at the end,
// so that one of the two is wrong.
func (c *Clock) overran() bool {
	return c.total.unknown == 0 && c.usage.Completion > 0 && c.total.tokens > c.usage.Completion+overrun
}

// countFirst returns the number of tokens that came in the beginning of the response and were
// not made before it.
func (c *Clock) countFirst(begin amount, s parts, source Source) (int, Source) {
	if begin.events == 0 {
		return 0, SourceNone
	}
	var n int
	part := 0.0 // by bytes
	if c.total.bytes > 0 {
		part = math.Round(float64(s.visible) * float64(begin.bytes) / float64(c.total.bytes))
	}
	// A running count includes what came before.
	counted := begin.tokens - c.usage.Hidden - s.ahead
	switch {
	case begin.unknown == 0 && !c.overran() && (part < leastPart || partFactor*float64(counted) >= part):
		n, source = counted, SourceContinuous
	case source == SourceEvents:
		n = begin.events
	case c.total.bytes > 0:
		n = int(part)
		source = SourceEstimated
	default:
		n = int(math.Round(float64(s.visible) * float64(begin.events) / float64(c.total.events)))
		source = SourceEstimated
	}
	n += min(begin.silent, s.silent)
	// Visible output is at least one token, at the beginning and after it; so is what
	// came without.
	most := s.visible + s.silent
	if c.total.events > begin.events || s.silent > 0 && c.total.silent > begin.silent {
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

// Rest returns the number of tokens after Lead and the time from there in which they were
// made: up to the last visible output, or to the latest event without output where such
// events held tokens. The other Tokens were made before.
func (t Timing) Rest() (tokens int, span time.Duration) { return t.split().rest(&t) }

// VisibleTokens returns how many of the tokens are in the visible output: those that were
// neither hidden nor came in events without output.
func (t Timing) VisibleTokens() int { return t.split().visible }

// OutputSpeed is the number of tokens after the first stamp, or the first burst, over the
// time in which they were made; [Timing.Rest] returns both. ok is false if the response is
// unmeasurable; [Timing.Unmeasurable] says why.
func (t Timing) OutputSpeed() (speed TokensPerSecond, ok bool) {
	if t.Unmeasurable() != "" {
		return 0, false
	}
	tokens, span := t.Rest()
	// One division of two whole numbers: a speed that is a whole number of
	// tokens per second comes out as exactly that, so that a tie is a tie.
	return TokensPerSecond(float64(tokens) * 1e9 / float64(span.Nanoseconds())), true
}

// TimePerOutputToken is the inverse of OutputSpeed: the mean time between the
// tokens of the response. ok is as for OutputSpeed.
func (t Timing) TimePerOutputToken() (d time.Duration, ok bool) {
	if t.Unmeasurable() != "" {
		return 0, false
	}
	tokens, span := t.Rest()
	return span / time.Duration(tokens), true
}

// E2ESpeed is the number of output tokens over the time from Sent to the end of
// the response. ok is false if there was no output, the response has not ended, or its
// tokens are Doubted.
func (t Timing) E2ESpeed() (speed TokensPerSecond, ok bool) {
	if t.Tokens == 0 || t.E2E <= 0 || t.Doubted {
		return 0, false
	}
	return TokensPerSecond(float64(t.Tokens) * 1e9 / float64(t.E2E.Nanoseconds())), true
}
