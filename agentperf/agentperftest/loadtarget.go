package agentperftest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A LoadTarget is what a Load under test drives.
type LoadTarget struct {
	// Workload is what the Load replays.
	Workload *trajectory.Workload
	// Connect returns a new connection for an agent, as agentperf.Config.Connect does: to a
	// system in this process that answers a token each 5 ms. It may be called until the
	// function that was given the target returns, from several goroutines at a time.
	Connect func(agent int) trajectory.Sender
}

// loadToken is the time for each token of an answer: short, so that a test is, and far above
// what a busy machine is late by.
const loadToken = 5 * time.Millisecond

// A target is the system that a Load drives: it answers as many tokens as are forced, and
// notes each request.
type target struct {
	mu     sync.Mutex
	due    map[string]*dueRequest // by body
	got    []*arrival
	open   int
	silent func(*dueRequest) bool // is not answered, until it is cut
	fails  bool
}

// An arrival is a request that a target got.
type arrival struct {
	due   *dueRequest // nil for one that no agent is to send
	agent int         // whose connection it came on
	body  string
	at    time.Time
	ended time.Time // zero while it is open
	err   error     // that its Sender returned
}

// expect makes the target forget what it got, before a phase with the given requests.
func (s *target) expect(due map[string]*dueRequest, silent func(*dueRequest) bool, fails bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.due, s.got, s.silent, s.fails = due, nil, silent, fails
}

// take returns what has arrived so far, and how much of it is open.
func (s *target) take() (all []arrival, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.got {
		all = append(all, *a)
	}
	return all, s.open
}

func (s *target) connect(agent int) trajectory.Sender { return &targetSender{s, agent} }

type targetSender struct {
	target *target
	agent  int
}

var errTarget = errors.New("the target of the test of a Load fails")

func (c *targetSender) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	now := time.Now()
	clock.Sent(now)
	s := c.target
	a := &arrival{agent: c.agent, body: string(bytes.Join(r.Body, nil)), at: now}
	s.mu.Lock()
	a.due = s.due[a.body]
	s.got = append(s.got, a)
	s.open++
	silent, fails := a.due != nil && s.silent != nil && s.silent(a.due), s.fails
	s.mu.Unlock()
	err := answerLoad(ctx, r.MaxTokens, silent, fails, clock)
	clock.Done(time.Now())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	a.ended, a.err = time.Now(), err
	return err
}

func answerLoad(ctx context.Context, tokens int, silent, fails bool, clock *metrics.Clock) error {
	if silent {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	if fails {
		return errTarget
	}
	for range tokens {
		select {
		case <-time.After(loadToken):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		clock.Arrived(time.Now(), 5, 1)
	}
	clock.Usage(metrics.Usage{Prompt: 30, Completion: tokens})
	return nil
}
