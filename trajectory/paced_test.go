package trajectory_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// asked is a sender that keeps what the latest request asked for.
type asked struct {
	sender
	max, forced int
	cold        bool
}

func (a *asked) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	a.max, a.forced, a.cold = r.MaxTokens, r.ForcedTokens, r.Cold
	return a.sender.Send(ctx, r, clock)
}

// says reports whether the latest body says so, too.
func (a *asked) says() bool {
	return bytes.Contains([]byte(a.bodies[len(a.bodies)-1]), fmt.Appendf(nil, `"max_tokens":%d,`, a.max))
}

// A pacer is a set of senders whose answers take as long as the pace says.
type pacer struct {
	pace  trajectory.Pace
	began time.Time
	mu    sync.Mutex
	log   []sentRequest
	open  int // senders
}

// A sentRequest is a request of a pacer, in time since it began.
type sentRequest struct {
	thread      string
	turn        int
	tokens      int
	cold        bool
	sent, ended time.Duration
}

func (p *pacer) connect() trajectory.Sender {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open++
	return trajectory.SenderFunc(p.send)
}

func (p *pacer) send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	p.mu.Lock()
	k := len(p.log)
	p.log = append(p.log, sentRequest{r.Subagent, r.Index, r.MaxTokens, r.Cold, time.Since(p.began), 0})
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.log[k].ended = time.Since(p.began)
		p.mu.Unlock()
	}()
	clock.Sent(time.Now())
	seconds := float64(r.MaxTokens) * (p.pace.Token + p.pace.Context*float64(r.Turn.PromptEstimate()))
	for _, d := range []float64{p.pace.First, seconds} {
		select {
		case <-time.After(time.Duration(d * float64(time.Second))):
		case <-ctx.Done():
			return ctx.Err()
		}
		clock.Arrived(time.Now(), 5, 0)
	}
	clock.Done(time.Now())
	return nil
}
