package worlds

import (
	"cmp"
	"context"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// sender is the connection of one agent.
type sender struct {
	server  *Server
	prompt  int // the latest, in tokens
	session string
	kept    int // tokens that the session's last request left in the cache
}

// arrivalsEvery is the time between the arrivals of an answer under way: often enough for
// its agent not to look starved, and seldom enough to cost little.
const arrivalsEvery = 5 * time.Second

// bytesPerToken is that of code and prose in common vocabularies.
const bytesPerToken = 4

// Send answers with the tokens asked for.
func (c *sender) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	out := max(1, cmp.Or(r.ForcedTokens, r.MaxTokens))
	clock.Sent(time.Now())
	cached := min(c.cached(r), r.Turn.PromptTokens)
	if err := c.answer(ctx, r, out, func(n int) { clock.Arrived(time.Now(), bytesPerToken*n, n) }); err != nil {
		return err
	}
	if err := sleep(ctx, c.server.model.HoldBack); err != nil {
		return err
	}
	clock.Usage(metrics.Usage{Prompt: c.prompt, Cached: cached, CachedStated: true, Completion: out})
	clock.Done(time.Now())
	return nil
}

// answer calls arrive with each part of an answer of out tokens as it comes.
func (c *sender) answer(ctx context.Context, r *trajectory.Request, out int, arrive func(tokens int)) error {
	a := c.server.admit(c, r)
	c.session, c.kept = r.Session, c.prompt+out
	if err := sleep(ctx, time.Until(a.first)); err != nil {
		return err
	}
	arrive(1)
	if a.fixed > 0 {
		return c.fixed(ctx, a, out-1, arrive)
	}
	return c.shared(ctx, a, out-1, arrive)
}

// cached returns how many tokens of a request are in the cache.
func (c *sender) cached(r *trajectory.Request) int {
	if r.Session != c.session {
		return 0
	}
	return c.kept
}

// shared waits for the tokens after the first of an answer that shares its speed.
func (c *sender) shared(ctx context.Context, a answer, tokens int, arrive func(int)) error {
	if tokens == 0 {
		return nil
	}
	x := c.server.open(a, tokens)
	tick := time.NewTicker(arrivalsEvery)
	defer tick.Stop()
	for told := 0; ; {
		select {
		case <-x.done:
			arrive(tokens - told)
			return nil
		case <-tick.C:
			if n := min(c.server.made(x), tokens-1); n > told {
				arrive(n - told)
				told = n
			}
		case <-ctx.Done():
			c.server.abandon(x)
			return context.Cause(ctx)
		}
	}
}

// fixed waits for the tokens after the first of an answer that has a speed of its own.
func (c *sender) fixed(ctx context.Context, a answer, tokens int, arrive func(int)) error {
	first := time.Now()
	for told := 0; told < tokens; {
		n := min(tokens, told+max(1, int(a.fixed*arrivalsEvery.Seconds())))
		if err := sleep(ctx, time.Until(first.Add(time.Duration(float64(n)/a.fixed*1e9)))); err != nil {
			return err
		}
		arrive(n - told)
		told = n
	}
	return nil
}

// Close ends the connection: its agent no longer counts, and holds no context.
func (c *sender) Close() error {
	c.server.locked(func() {
		c.server.agents--
		c.server.held -= c.prompt
		c.prompt = 0
	})
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
