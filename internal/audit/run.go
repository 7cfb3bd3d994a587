package audit

import (
	"context"
	"errors"
	"iter"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/agentperf/agentperf-go/internal/keyed"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A Config says what to ask.
type Config struct {
	// Schedule has the workload, and plays whose prefixes nobody has been sent.
	Schedule trajectory.Schedule
	Policy   trajectory.Policy
	// Connect returns a Sender for an agent, which must be a [trajectory.Answerer]. The
	// audit has the agents from First on, Agents of them.
	Connect       func(agent int) trajectory.Sender
	First, Agents int
	// Prompts is the number of prompts, [LeastPrompts] at least.
	Prompts int
	// Check, if set, is given each request of free length and its answer; nil is right.
	Check func(ctx context.Context, request []byte, answer string) error
	// Progress, if set, is told how many requests have ended, one at a time.
	Progress func(requests int)
}

// A Cost is what an audit takes, estimated: tokens by the recording, and the output of free
// length by its limit.
type Cost struct {
	Requests     int
	InputTokens  int64
	OutputTokens int64
}

// A Result is what came of an audit.
type Result struct {
	Checks []Check
	Cost   Cost // in fact
	// Failed is the number of requests that failed, Failure the first of them.
	Failed  int
	Failure error
	// Checked is the number of answers that Check was given, Wrong of those that it
	// returned an error of.
	Checked, Wrong int
}

// ErrNoText says that there is nothing to audit.
var ErrNoText = errors.New("the Sender does not hand out the text of answers (trajectory.Answerer)")

// An Audit is prepared and not yet run.
type Audit struct {
	cfg     Config
	prompts []prompt
	free    int // limit of answers of free length; 0 for that of the prompt
	items   []item
}

// New draws the prompts of an audit.
func New(cfg Config) (*Audit, error) {
	cfg.Policy = cfg.Policy.Resolve()
	drawn, err := prompts(cfg.Schedule.Workload, &cfg.Policy, cfg.Prompts, keyed.Key{cfg.Schedule.Seed, uint64(cfg.Schedule.Phase)}.Rand())
	a := &Audit{cfg: cfg, prompts: drawn}
	if cfg.Check != nil { // which needs whole answers
		a.free = cfg.Policy.MaxTokens
	}
	return a, err
}

// Cost returns what the audit takes at most.
func (a *Audit) Cost() (c Cost) {
	for i := range a.prompts {
		p := &a.prompts[i]
		open := p.limit
		if a.free > 0 {
			open = a.free
		}
		c.Requests += int(kinds)
		c.InputTokens += 5*int64(p.turn.PromptEstimate()) + int64(p.limit+open)
		c.OutputTokens += 4*int64(p.limit) + int64(open) + 3
	}
	return c
}

// Ask sends the requests and keeps what comes back. The error is [ErrNoText] or the cause
// of ctx.
func (a *Audit) Ask(ctx context.Context) error {
	var mu sync.Mutex
	a.items = make([]item, len(a.prompts))
	ended := 0
	done := func() {
		mu.Lock()
		defer mu.Unlock()
		if ended++; a.cfg.Progress != nil {
			a.cfg.Progress(ended)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for i := range a.cfg.Agents {
		group.Go(func() error {
			sender := a.cfg.Connect(a.cfg.First + i)
			defer closeSender(sender)
			answerer, ok := sender.(trajectory.Answerer)
			if !ok {
				return ErrNoText
			}
			next, stop := iter.Pull(a.cfg.Schedule.Plays(a.cfg.First + i))
			defer stop()
			asker := newAsker(answerer, a.cfg.Policy, next)
			asker.free, asker.keep = a.free, a.cfg.Check != nil
			for k := i; k < len(a.prompts); k += a.cfg.Agents {
				a.items[k] = asker.ask(ctx, &a.prompts[k], done)
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// Judge says what was kept. An audit that was not asked to its end has no checks.
func (a *Audit) Judge(ctx context.Context, asked error) *Result {
	r := count(a.items)
	if asked != nil {
		return r
	}
	r.Checks = []Check{
		answerCache(a.items), prefixIgnored(a.items, a.cfg.Policy.Prefix == trajectory.PrefixNone), lengthForced(a.items), forcedFaster(a.items), padded(a.items),
		canned(a.items), repetition(a.items), a.accuracy(ctx, r),
	}
	return r
}

// count returns what was sent.
func count(items []item) *Result {
	r := &Result{}
	for i := range items {
		for k := range items[i].got {
			a := &items[i].got[k]
			if !a.sent {
				continue
			}
			r.Cost.Requests++
			r.Cost.InputTokens += int64(a.timing.Usage.Prompt)
			r.Cost.OutputTokens += int64(a.timing.Tokens)
			if a.err != nil {
				if r.Failed++; r.Failure == nil {
					r.Failure = a.err
				}
			}
		}
	}
	return r
}

func closeSender(s trajectory.Sender) {
	if c, ok := s.(interface{ Close() error }); ok {
		c.Close()
	}
}
