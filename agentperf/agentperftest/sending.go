package agentperftest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A senderTest is what the test of one rule works with.
type senderTest struct {
	ctx     context.Context
	connect func(agent int) trajectory.Sender
	policy  trajectory.Policy
	opened  []*opened
}

// An opened is a sender that is to be closed.
type opened struct {
	trajectory.Sender
	closed bool
}

// open returns a new sender.
func (t *senderTest) open(agent int) (*opened, error) {
	s := t.connect(agent)
	if s == nil {
		return nil, errors.New("connect returned nil")
	}
	o := &opened{Sender: s}
	t.opened = append(t.opened, o)
	return o, nil
}

// A sent is a request that was sent.
type sent struct {
	request               trajectory.Request // as it was before
	began, first          time.Time          // of Send; the first arrival
	returned              time.Time
	err                   error // of Send
	wrong                 error // of the clock
	timing                metrics.Timing
	finished, arrivedLate atomic.Bool
}

// patience is how long an answer may take: some systems load their model first.
const patience = 5 * time.Minute

// errStuck is the error of an answer that took longer. What waits for it a second time takes all
// of the time that go test gives by default, and ends without a word.
var errStuck = fmt.Errorf("Send did not return within %v; nothing else was tested", patience)

// send sends a request as an agent does.
func (t *senderTest) send(ctx context.Context, s trajectory.Sender, r *trajectory.Request) (*sent, error) {
	return t.watch(ctx, s, r, patience, nil)
}

// watch sends a request. If cancel is not nil it is called at the first arrival, soon after
// which Send must return. The error says that Send did not return in time.
func (t *senderTest) watch(ctx context.Context, s trajectory.Sender, r *trajectory.Request, limit time.Duration, cancel func()) (*sent, error) {
	out := &sent{request: clone(r)}
	canceled, done := make(chan struct{}, 1), make(chan struct{})
	var clock metrics.Clock
	clock.First = func(at time.Time) {
		if out.finished.Load() {
			out.arrivedLate.Store(true)
			return
		}
		if out.first = at; cancel != nil {
			cancel()
			canceled <- struct{}{}
		}
	}
	go func() {
		defer close(done)
		out.began = time.Now()
		out.err = s.Send(ctx, r, &clock)
		out.returned = time.Now()
		out.finished.Store(true)
		out.wrong, out.timing = clock.Err(), clock.Timing()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case <-done:
			return out, nil
		case <-canceled:
			limit = soon
			timer.Reset(limit)
		case <-timer.C:
			if limit == patience {
				return nil, errStuck
			}
			return nil, fmt.Errorf("Send did not return within %v", limit)
		}
	}
}

// ok returns an error if the request failed.
func (out *sent) ok() error {
	if out.err != nil {
		return fmt.Errorf("Send: %w", out.err)
	}
	return nil
}

// right returns an error if a request was not answered with what it asked for.
func (out *sent) right() error {
	if err := errors.Join(out.ok(), out.wrong); err != nil {
		return err
	}
	at, forced := &out.timing, out.request.ForcedTokens
	cached, _ := at.Usage.CachedTokens()
	switch {
	case at.TokenSource != metrics.SourceUsage && at.TokenSource != metrics.SourceContinuous:
		return errors.New("there is no count of tokens: neither a Usage nor tokens with each Arrived")
	case forced > 0 && at.Tokens != forced:
		return fmt.Errorf("the clock was told of %d tokens, %d were forced, and Send returned nil", at.Tokens, forced)
	case at.UsageReported && forced > 0 && at.Usage.Completion != forced:
		return fmt.Errorf("the usage has %d output tokens, %d were forced, and Send returned nil", at.Usage.Completion, forced)
	case at.UsageReported && cached > at.Usage.Prompt:
		return fmt.Errorf("the usage has %d cached input tokens of %d", cached, at.Usage.Prompt)
	}
	return nil
}

// canceled returns an error unless Send returned one that says that ctx is done.
func (out *sent) canceled(ctx context.Context) error {
	switch {
	case out.err == nil:
		return errors.New("Send returned nil")
	case !errors.Is(out.err, context.Cause(ctx)) && !errors.Is(out.err, ctx.Err()):
		return fmt.Errorf("Send returned an error that wraps neither ctx.Err() nor its cause: %w", out.err)
	}
	return nil
}

// clone returns a copy of a request that shares no body with it.
func clone(r *trajectory.Request) trajectory.Request {
	c := *r
	c.Body = nil
	for _, segment := range r.Body {
		c.Body = append(c.Body, bytes.Clone(segment))
	}
	return c
}

// differs returns the name of a field in which requests differ; empty if none does.
func differs(a, b *trajectory.Request) string {
	switch {
	case !slices.EqualFunc(a.Body, b.Body, bytes.Equal):
		return "Body"
	case a.Session != b.Session:
		return "Session"
	case a.Trajectory != b.Trajectory || a.Turn != b.Turn || a.Index != b.Index || a.Subagent != b.Subagent:
		return "Turn"
	case a.MaxTokens != b.MaxTokens || a.ForcedTokens != b.ForcedTokens:
		return "MaxTokens or ForcedTokens"
	case a.Rest != b.Rest || a.Cold != b.Cold:
		return "Rest or Cold"
	}
	return ""
}
