package agentperftest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
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
	// system in this process that answers a token each 5 ms. It may be called from several
	// goroutines at a time.
	Connect func(agent int) trajectory.Sender
	// Handler is the same system, which answers POST .../chat/completions, for a Load whose
	// agents are in other processes: the caller serves it where these reach it.
	Handler http.Handler
}

// loadToken is the time for each token of an answer: short, so that a test is, and far above
// what a busy machine is late by.
const loadToken = 5 * time.Millisecond

// loadSlack is what instants may differ by. A Load in this process differs by microseconds, one on
// other machines by what their clocks are apart and by the network, some milliseconds; the rest is
// for a busy machine, which may leave a goroutine waiting for a tenth of a second or two.
const loadSlack = 250 * time.Millisecond

// A target is the system that a Load drives: it answers as many tokens as are forced, and
// notes each request.
type target struct {
	mu     sync.Mutex
	due    map[string]*dueRequest // by body
	got    []*arrival
	open   int
	manner manner
}

// An arrival is a request that a target got.
type arrival struct {
	due   *dueRequest // nil for one that no agent is to send
	agent int         // whose connection it came on
	body  string
	at    time.Time
	sent  []time.Time // when each token of the answer was let go, each in an event of its own
	ended time.Time   // zero while it is open
	err   error       // that its Sender returned
}

// A manner is how a target answers. The zero manner is a token each loadToken.
type manner struct {
	fails bool
	// pace, if set, returns the time to the first token of an answer and from each to the next;
	// either may be never.
	pace func(*dueRequest) (first, token time.Duration)
}

// never stands for the time to a token that does not come before the request is cut.
const never = time.Duration(-1)

// answers makes the target answer in a manner from now on.
func (s *target) answers(m manner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manner = m
}

// expect makes the target forget what it got, before a phase with the given requests.
func (s *target) expect(due map[string]*dueRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.due, s.got = due, nil
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
	clock.Sent(time.Now())
	err := c.target.answer(ctx, c.agent, string(bytes.Join(r.Body, nil)), r.MaxTokens, func() error {
		clock.Arrived(time.Now(), 5, 1)
		return nil
	})
	if err == nil {
		clock.Usage(metrics.Usage{Prompt: promptTokens, Completion: r.MaxTokens})
	}
	clock.Done(time.Now())
	return err
}

// promptTokens is what the target counts of each prompt.
const promptTokens = 30

// answer answers a request of an agent, or of nobody knows whom if that is negative, by calling
// token for each of so many tokens. It notes the request and how it ended.
func (s *target) answer(ctx context.Context, agent int, body string, tokens int, token func() error) error {
	a := &arrival{agent: agent, body: body, at: time.Now()}
	s.mu.Lock()
	if a.due = s.due[body]; a.due != nil && agent < 0 {
		a.agent = a.due.agent
	}
	s.got = append(s.got, a)
	s.open++
	m := s.manner
	s.mu.Unlock()
	err := m.produce(ctx, a.due, tokens, func() error {
		s.mu.Lock()
		a.sent = append(a.sent, time.Now()) // before it is let go: nobody can have it earlier
		s.mu.Unlock()
		return token()
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	a.ended, a.err = time.Now(), err
	return err
}

func (m manner) produce(ctx context.Context, d *dueRequest, tokens int, token func() error) error {
	if m.fails {
		return errTarget
	}
	wait, next := loadToken, loadToken
	if m.pace != nil && d != nil {
		wait, next = m.pace(d)
	}
	for range tokens {
		var due <-chan time.Time
		if wait != never {
			due = time.After(wait)
		}
		select {
		case <-due:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := token(); err != nil {
			return err
		}
		wait = next
	}
	return nil
}
