package metrics

import "time"

// Unmeasurable says why a response has no output speed; empty if it has one. It encodes
// to JSON as its value.
type Unmeasurable string

// The reasons for which a response has no output speed.
const (
	// NoOutput: nothing visible came.
	NoOutput Unmeasurable = "no_output"
	// AtOnce: all tokens share one stamp, so that there is no time between them.
	AtOnce Unmeasurable = "at_once"
	// NoTokens: no token came after the first stamp.
	NoTokens Unmeasurable = "no_tokens"
	// TokensDoNotFit: the tokens that the server counts cannot have been made in the time
	// in which output was seen, or cannot be what the output holds.
	TokensDoNotFit Unmeasurable = "tokens_do_not_fit"
	// Burst: the response was held back and then sent, so that the time between its
	// events is that of sending and not that of generation.
	Burst Unmeasurable = "burst"
)

// Unmeasurables are all reasons, in the order of their gravity for a reader.
var unmeasurables = [...]Unmeasurable{Burst, TokensDoNotFit, AtOnce, NoTokens, NoOutput}

// Unmeasurables returns all reasons, the gravest first.
func Unmeasurables() []Unmeasurable { return unmeasurables[:len(unmeasurables):len(unmeasurables)] }

// Text says it of several responses, as the end of a sentence.
func (u Unmeasurable) Text() string {
	switch u {
	case NoOutput:
		return "have no visible output"
	case AtOnce:
		return "came all at once"
	case NoTokens:
		return "have no tokens after the first that came"
	case TokensDoNotFit:
		return "have a token count that does not fit their output (hidden reasoning, or a wrong count)"
	case Burst:
		return "arrive in bursts: something between holds them back (a proxy that buffers, such as nginx with proxy_buffering on, or a client that is late)"
	}
	return "are measurable"
}

// Doubtful reports whether the reason says nothing of how fast the response was made, so
// that it may have been slower than any that are measured. A response that came at once or
// had no second token is mostly a short one.
func (u Unmeasurable) Doubtful() bool { return u == Burst || u == TokensDoNotFit }

const (
	// burstSpeed is the speed above which a short span is taken for that of a burst. The
	// fastest level of service that is published is 2,000 tokens per second; what a proxy
	// lets go of, or net/http2 hands out frame by frame, was seen at 70,000 and more.
	burstSpeed = 5000
	// burstShare is how many times the span goes into the time since sending at least in a
	// burst. A response that was made as fast as that, by a mock or by hardware yet to come,
	// is most of its own time, unless it is short.
	burstShare = 10
	// burstMost is how many times the tokens of the first burst are those after it at least
	// when too little is left to tell a speed from: the end of a response that was held back
	// may come a moment later than the rest.
	burstMost = 4
	// leastBytes is the least number of bytes in a token, on average, of a response whose
	// events hold several tokens each. Digits can be a token each, but then come one to an
	// event; prose and code are 3 to 5 bytes a token in any common vocabulary, more in JSON.
	leastBytes = 2
)

// Unmeasurable returns why the response has no output speed, empty if it has one. See the
// package documentation for what cannot be told.
func (t Timing) Unmeasurable() Unmeasurable {
	s := t.split()
	tokens, span := s.rest(&t)
	switch {
	case t.Events == 0:
		return NoOutput
	case t.Doubted || t.UsageReported && t.Usage.Completion > 0 && t.TokenSource != SourceUsage:
		return TokensDoNotFit
	case span <= 0:
		return AtOnce
	case tokens <= 0:
		return NoTokens
	case t.TokenSource == SourceUsage && t.FirstSource != SourceContinuous && tooMany(s.visible, t.Events, t.Bytes):
		return TokensDoNotFit
	case t.FirstSource == SourceContinuous && tooMany(tokens-s.silent, t.Events-t.FirstEvents, t.Bytes):
		// What came before the first output is in the count of the first step.
		return TokensDoNotFit
	case t.heldBack(tokens, span):
		return Burst
	}
	return ""
}

// tooMany reports whether events that hold several tokens each have too few bytes for them.
func tooMany(tokens, events int, bytes int64) bool {
	return tokens > events && bytes > 0 && int64(leastBytes*tokens) > bytes
}

// heldBack reports whether the time after the beginning is no evidence of generation, given
// the tokens after it and their time.
func (t *Timing) heldBack(tokens int, span time.Duration) bool {
	whole := max(t.E2E, t.Made)
	fast := func(tokens int, span time.Duration) bool {
		return burstShare*span < whole && float64(tokens) > burstSpeed*span.Seconds()
	}
	if fast(tokens, span) {
		return true
	}
	if t.Lead <= t.First {
		return false
	}
	// A pause in a burst does not make it two. The first event is as the others of it are.
	all := tokens + t.FirstTokens - max(1, t.FirstTokens/max(1, t.FirstEvents))
	return fast(all, span+t.Lead-t.First) || burstMost*tokens < t.FirstTokens
}

// parts is what became of the tokens of a response.
type parts struct {
	ahead   int // made before the first visible output, in events without any
	visible int // in visible output
	silent  int // in events without visible output after the first that had some
}

// split explains tokens by events. A visible event holds a token at least; of the others
// each event without output explains one at most, those before the first output first.
// What remains is several tokens to an event.
func (t *Timing) split() (s parts) {
	s.visible = t.Tokens - t.Usage.Hidden
	s.ahead = min(t.Ahead, max(0, s.visible-t.Events))
	s.visible -= s.ahead
	s.silent = min(t.Silent, max(0, s.visible-t.Events))
	s.visible -= s.silent
	return s
}

// rest returns the number of tokens after the beginning, and the time in which they were
// made: to the last visible output, or to the latest event without output where such events
// held tokens.
func (s parts) rest(t *Timing) (tokens int, span time.Duration) {
	last := t.Last
	if s.silent > 0 {
		last = max(t.Made, t.Last)
	}
	return s.visible + s.silent - t.FirstTokens, last - t.Lead
}
