package record

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// empty is the outcome of an answer without visible output, as package endpoint has it.
const empty Outcome = "empty"

const (
	// fitTokens is the least number of tokens whose absence from the output means something.
	// Short answers, such as a number or a name of a tool, vary by themselves.
	fitTokens = 16
	// endToken is what an answer may fall short of a forced length by: the token that ends
	// it, which some servers count and others do not.
	endToken = 1
	// overshoot is what an answer may exceed its limit by before its count is impossible: a
	// step of speculative decoding that is not cut back.
	overshoot = 16
	// leastBytes is the least number of bytes in a token, on average, of events that hold
	// several; see package metrics.
	leastBytes = 2
	// pacedEvents is the least number of events that show a pace. Parsers of tool calls send
	// a whole call in fewer.
	pacedEvents = 8
	// textBytes is the number of bytes in a token of common text, 3 to 5, by which the pace of
	// what was shown is estimated.
	textBytes = 4
	// paceFactor is how many times that pace all tokens may have over the whole request, the
	// wait for the first included: the text of an answer and its reasoning are made alike, but
	// for how many tokens a step of speculative decoding has, and the estimate is a third off.
	paceFactor = 1.5
	// fastest is above the speed that any system reaches, in tokens per second and answer;
	// 2,000 to 3,000 is the fastest published one in November 2026. Package metrics takes
	// what comes faster after a pause for a burst.
	fastest = 5000
)

// Conclude sets how the request ended, once [Row.Take] has filled in what was seen of it. An
// answer that ended well is [Short] if it has fewer tokens than were forced, and
// [Implausible] if it claims more than there can be; why then says so with the figures.
// Otherwise why is empty. A short one that fills context, the endpoint's context in tokens or 0
// if that is unknown, did not fit it, which is an [Overflow].
func (r *Row) Conclude(outcome Outcome, context int) (why string) {
	r.Outcome = outcome
	switch {
	case outcome == empty && r.Midway && r.Reported && r.MaxTokens < fitTokens && r.Completion >= r.MaxTokens-endToken:
		// The client asked for a few tokens only, and they were white space or a tag.
		r.Outcome = Canceled
	case outcome != OK:
	default:
		if why = r.short(); why != "" {
			r.Outcome = Short
			// Of a context that is only what the caller allows, more or less would be full.
			if full := context - int(max(0, r.Prompt)) - int(r.Completion); context > 0 && r.Reported && -endToken <= full && full <= endToken {
				r.Outcome, why = Overflow, fmt.Sprintf("the answer ended after %d of %d tokens that were forced, where the context of %d tokens was full", r.Completion, r.MaxTokens, context)
			}
		} else if why = r.implausible(); why != "" {
			r.Outcome = Implausible
		}
	}
	return why
}

// short says by how much the answer is shorter than was forced; empty if it is not. Without a
// count by the server it is so for certain only if not even each byte and each event without
// output were a token.
func (r *Row) short() string {
	if !r.Forced || r.MaxTokens <= 0 {
		return ""
	}
	n, most := r.Completion, ""
	if !r.Reported || n <= 0 {
		if r.Bytes == 0 {
			return "" // a Sender that does not tell
		}
		n, most = max(r.Bytes, r.Events)+r.Silent+int32(r.Ahead), "at most "
	}
	if n >= r.MaxTokens-endToken {
		return ""
	}
	return fmt.Sprintf("%s%d of %d tokens that were forced (ignore_eos is not honored; Output free leaves the length to the model)", most, n, r.MaxTokens)
}

// implausible says why the server's count cannot be; empty if it can.
func (r *Row) implausible() string {
	if !r.Reported || r.Completion <= 0 {
		return ""
	}
	events := r.Events + r.Silent + int32(r.Ahead)
	if r.Forced && r.MaxTokens > 0 && r.Completion > r.MaxTokens+overshoot && r.Completion > events {
		return fmt.Sprintf("%d tokens are claimed where %d were forced, in %d events", r.Completion, r.MaxTokens, events)
	}
	c := r.claim()
	if c.unseen+c.hidden <= fitTokens {
		return ""
	}
	claims := fmt.Sprintf("%d tokens are claimed of which the output, %d events of %d bytes, holds at most %d", r.Completion, events, r.Bytes, int(r.Completion)-c.unseen-c.hidden)
	switch whole := r.End - r.Sent; {
	case float64(r.Completion) > fastest*whole.Seconds():
		return fmt.Sprintf("%s: no system makes them in %v", claims, whole.Round(time.Millisecond))
	case !r.Forced:
		return ""
	case c.outpaced:
		return fmt.Sprintf("%s: at the pace of the output %v is too little for the others", claims, whole.Round(time.Millisecond))
	case c.pace == 0 && c.unseen > fitTokens:
		return claims + " (something keeps output back, such as a parser of tool calls, or the count is wrong)"
	}
	return ""
}

// A claim is what a server's count says of tokens that are in no output.
type claim struct {
	unseen int // of which it says nothing
	hidden int // which it says were reasoning
	// pace is that of the visible output in tokens per second, at least; 0 where it shows
	// none. outpaced is set where the other tokens would have had to be made far faster.
	pace     float64
	outpaced bool
}

// claim holds the server's count against what was seen. An event holds a token at least, and
// of those with output as many as leastBytes allows.
func (r *Row) claim() (c claim) {
	if !r.Reported || r.Completion <= 0 || r.Events == 0 || r.Sent < 0 || r.End < r.Sent {
		return c
	}
	counted := metrics.Timing{Tokens: int(r.Completion), Events: int(r.Events), Silent: int(r.Silent), Ahead: int(r.Ahead)}
	counted.Usage.Hidden = stated(r.Hidden)
	shown := max(r.Events, r.Bytes/leastBytes)
	c.hidden = counted.Usage.Hidden
	if r.Bytes > 0 {
		c.unseen = max(0, counted.VisibleTokens()-int(shown))
	}
	if span := r.Last - r.First; r.Events >= pacedEvents && span > 0 {
		if pace := float64(max(r.Events, r.Bytes/textBytes)) / span.Seconds(); pace <= fastest {
			c.pace = pace
			c.outpaced = c.unseen+c.hidden > fitTokens && float64(r.Completion) > paceFactor*pace*(r.End-r.Sent).Seconds()
		}
	}
	return c
}

// doubted reports whether the server counts more tokens than the answer can have had: more
// than the limit, where one more may be the token that ends it and a server that ignores the
// limit sends as many events; or more than can have been made in that time. Without a count
// events stand for tokens, and more of them than the limit are none.
func (r *Row) doubted() bool {
	if !r.Reported {
		return r.TokenSource == sourceEvents && r.MaxTokens > 0 && r.Events-endToken > r.MaxTokens && r.Outcome == OK
	}
	if r.MaxTokens > 0 && r.Completion-endToken > r.MaxTokens && r.Tokens > r.Events+r.Silent+int32(r.Ahead) {
		return true
	}
	return r.claim().outpaced
}
