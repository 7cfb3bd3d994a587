package observe

import (
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// A client is what the client saw of a phase that servers count, too.
type client struct {
	// output is the number of output tokens of all requests, slack how many more the server
	// may have made of which the client knows nothing.
	output, slack float64
	// cached is of prompt, over the requests for which it is stated.
	prompt, cached float64
	// ttft is the mean over firsts answers with a first token in the span.
	ttft   float64
	firsts int
	// itl is the mean time of a token over the tokens of the answers that ended in the span.
	itl    float64
	tokens int
}

// sawOf returns what the client saw; from and to are the span of means.
func sawOf(p *record.Phase, from, to time.Duration) (c client) {
	within := func(t time.Duration) bool { return t >= from && t <= to }
	most := longest(p)
	var rest time.Duration
	for i := range p.Rows {
		r := &p.Rows[i]
		tokens := float64(max(r.Tokens, r.Completion, 0))
		c.output += tokens
		switch {
		case r.Outcome != record.OK && !r.Answered(): // it may have gone on
			c.slack += max(0, most(r)-tokens)
		case !r.Reported: // nobody but us counted
			c.slack += tokens
		default:
			c.slack++ // some count the one that ends it
		}
		if r.Reported && r.Cached >= 0 && r.Prompt > 0 {
			c.prompt, c.cached = c.prompt+float64(r.Prompt), c.cached+float64(r.Cached)
		}
		t := r.Timing()
		// Events before the visible output, but for one with the role, may be tokens.
		if d, ok := t.TTFT(); ok && within(r.First) && r.Ahead <= 1 {
			c.firsts, c.ttft = c.firsts+1, c.ttft+d.Seconds()
		}
		if _, ok := t.OutputSpeed(); ok && r.Outcome == record.OK && within(r.End) {
			n, span := t.Rest()
			c.tokens, rest = c.tokens+n, rest+span
		}
	}
	for i := range p.Open {
		c.slack += most(&p.Open[i])
	}
	if c.firsts > 0 {
		c.ttft /= float64(c.firsts)
	}
	if c.tokens > 0 {
		c.itl = rest.Seconds() / float64(c.tokens)
	}
	return c
}

// longest returns a function for how many tokens a request can have had at most: those that
// were asked for, or, where nothing was asked, the most that any had.
func longest(p *record.Phase) func(*record.Row) float64 {
	var most int32
	for i := range p.Rows {
		most = max(most, p.Rows[i].Tokens, p.Rows[i].MaxTokens)
	}
	return func(r *record.Row) float64 {
		if r.MaxTokens > 0 {
			return float64(r.MaxTokens)
		}
		return float64(most)
	}
}
