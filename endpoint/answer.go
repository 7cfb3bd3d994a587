package endpoint

import (
	"context"

	"github.com/agentperf/agentperf-go/metrics"
)

// An Answer is a response with the text of its output.
type Answer struct {
	Response
	// Text is the visible output in the order in which it came: content, refusals,
	// reasoning or thinking, and names and arguments of tool calls, in each API. It ends
	// after 1 MiB, with Truncated set.
	Text      string
	Truncated bool
}

// Answer is [Conn.Stream] for callers that read what the server says. Stamps are as good
// as those of Stream; the client takes more time and memory. With an error the text is
// what came before.
func (c *Conn) Answer(ctx context.Context, session string, body [][]byte, clock *metrics.Clock) (Answer, error) {
	c.kept = new(kept)
	defer func() { c.kept = nil }()
	r, err := c.Stream(ctx, session, body, clock)
	return Answer{Response: r, Text: c.kept.text.String(), Truncated: c.kept.truncated}, err
}
