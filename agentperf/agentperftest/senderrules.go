package agentperftest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// oneByOne sends the requests of an agent's first play through one sender, and checks each.
func (t *senderTest) oneByOne(check func(*sent) error) error {
	s, err := t.open(0)
	if err != nil {
		return err
	}
	for i, r := range t.requests(0) {
		out, err := t.send(t.ctx, s, &r)
		if err == nil {
			err = check(out)
		}
		if err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
	}
	return nil
}

func (t *senderTest) answers() error { return t.oneByOne((*sent).ok) }

// late is how much time may pass between the call of Send and Sent. It is generous to a
// busy machine; where the first token takes longer, a Sent beyond half of the way is late, too.
const late = 100 * time.Millisecond

func (t *senderTest) sentStamp() error {
	return t.oneByOne(func(out *sent) error {
		at := out.timing.Sent
		switch after := at.Sub(out.began); {
		case at.IsZero():
			return errors.New("Sent was not called")
		case !monotonic(at) && monotonic(out.began):
			return errors.New("the time has no monotonic reading, as that of time.Now has")
		case after < 0:
			return fmt.Errorf("the time is %v before Send was called", -after)
		case at.After(out.returned):
			return fmt.Errorf("the time is %v after Send returned", at.Sub(out.returned))
		case after > late && after > (out.timing.First+after)/2:
			return fmt.Errorf("Sent is %v after Send was called, and %v before the first token: connecting and waiting is part of the time to first token", after, out.timing.First)
		}
		return nil
	})
}

// monotonic reports whether t has a monotonic reading; times in virtual time have none.
func monotonic(t time.Time) bool { return t != t.Round(0) }

func (t *senderTest) stamps() error {
	return t.oneByOne(func(out *sent) error {
		at := &out.timing
		switch {
		case at.Events == 0:
			return errors.New("Arrived was not called")
		case at.Clamped > 0:
			return fmt.Errorf("%d times are before the one before them", at.Clamped)
		case at.Sent.Add(at.Last).After(out.returned):
			return errors.New("an arrival is after Send returned")
		case !out.first.IsZero() && out.first.Before(out.began):
			return errors.New("an arrival is before Send was called")
		}
		return nil
	})
}

func (t *senderTest) done() error {
	return t.oneByOne(func(out *sent) error {
		at := &out.timing
		switch end := at.Sent.Add(at.E2E); {
		case at.E2E == 0:
			return errors.New("Done was not called")
		case end.After(out.returned):
			return fmt.Errorf("the end is %v after Send returned", end.Sub(out.returned))
		case at.E2E < at.Last:
			return errors.New("output arrived after Done")
		}
		return nil
	})
}

func (t *senderTest) totals() error { return t.oneByOne((*sent).right) }

func (t *senderTest) sessions() error {
	s, err := t.open(0)
	if err != nil {
		return err
	}
	plays := [][]trajectory.Request{t.requests(0), t.requests(1)}
	for i := range plays[0] {
		for k := range plays {
			out, err := t.send(t.ctx, s, &plays[k][i])
			if err == nil {
				err = out.right()
			}
			if err != nil {
				return fmt.Errorf("request %d of play %d of 2: %w", i, k, err)
			}
		}
	}
	return nil
}

func (t *senderTest) request() error {
	s, err := t.open(0)
	if err != nil {
		return err
	}
	for i, r := range t.requests(0) {
		before := clone(&r)
		out, err := t.send(t.ctx, s, &r)
		if err != nil {
			return err
		}
		if field := differs(&before, &r); field != "" {
			return fmt.Errorf("Send changed %s of request %d", field, i)
		}
		if err := out.right(); err != nil {
			return fmt.Errorf("request %d, after those before it were overwritten: %w", i, err)
		}
		for _, segment := range r.Body { // as whoever replays does: it makes the next body in the same memory
			clear(segment)
		}
		r = trajectory.Request{}
	}
	return nil
}

// soon is within which time Send must return once ctx is done: a second would do on an
// idle machine.
const soon = 5 * time.Second

// errCanceled is the cause of the contexts that end.
var errCanceled = errors.New("the test of a Sender canceled this request")

func (t *senderTest) canceled() error {
	s, err := t.open(0)
	if err != nil {
		return err
	}
	requests := t.requests(0)
	ctx, cancel := context.WithCancelCause(t.ctx)
	cancel(errCanceled)
	out, err := t.watch(ctx, s, &requests[0], soon, nil)
	if err != nil {
		return err
	}
	if err := out.canceled(ctx); err != nil {
		return err
	}
	time.Sleep(2 * late) // for what may not happen: an arrival
	if out.arrivedLate.Load() {
		return errors.New("the clock was told of an arrival after Send had returned")
	}
	return t.goesOn(s, &requests[1])
}

// goesOn returns an error unless a sender answers the next request as if nothing had been.
func (t *senderTest) goesOn(s trajectory.Sender, r *trajectory.Request) error {
	out, err := t.send(t.ctx, s, r)
	if err == nil {
		err = out.right()
	}
	if err != nil {
		return fmt.Errorf("the request after one that was canceled: %w", err)
	}
	return nil
}

func (t *senderTest) brokenOff() error {
	s, err := t.open(0)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(t.ctx)
	defer cancel(nil)
	r := t.long()
	out, err := t.watch(ctx, s, &r, patience, func() { cancel(errCanceled) })
	if err != nil {
		return err
	}
	if out.err == nil && out.right() == nil && out.returned.Sub(out.first) < late {
		return t.goesOn(s, &t.requests(0)[0]) // the rest had arrived with the first token
	}
	if err := out.canceled(ctx); err != nil {
		return err
	}
	return t.goesOn(s, &t.requests(0)[0])
}

// together is the number of senders that send at the same time.
const together = 4

func (t *senderTest) concurrent() error {
	var wg sync.WaitGroup
	errs := make([]error, together)
	for i := range errs {
		agent := i / 2 // two for each agent, as if it had a subagent
		s, err := t.open(agent)
		if err != nil {
			return err
		}
		requests := t.requests(i)
		wg.Go(func() {
			for k := range requests {
				out, err := t.send(t.ctx, s, &requests[k])
				if err == nil {
					err = out.right()
				}
				if err != nil {
					errs[i] = fmt.Errorf("sender %d of %d, request %d: %w", i, together, k, err)
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (t *senderTest) closes() error {
	first, err := t.open(0)
	if err != nil {
		return err
	}
	second, err := t.open(0)
	if err != nil {
		return err
	}
	r := t.requests(0)
	out, err := t.send(t.ctx, first, &r[0])
	if err == nil {
		err = errors.Join(out.ok(), t.close(first))
	}
	if err != nil {
		return err
	}
	if out, err = t.send(t.ctx, second, &r[1]); err == nil {
		err = out.right()
	}
	if err != nil {
		return fmt.Errorf("another sender of the agent, after Close of the first: %w", err)
	}
	return nil
}

// close closes a sender if that is an [io.Closer].
func (t *senderTest) close(s *opened) error {
	closer, ok := s.Sender.(io.Closer)
	if !ok || s.closed {
		return nil
	}
	s.closed = true
	closed := make(chan error, 1)
	go func() { closed <- closer.Close() }()
	timer := time.NewTimer(soon)
	defer timer.Stop()
	select {
	case err := <-closed:
		if err != nil {
			return fmt.Errorf("Close: %w", err)
		}
		return nil
	case <-timer.C:
		return fmt.Errorf("Close did not return within %v", soon)
	}
}

// closeAll closes what is left. Errors are the business of [senderTest.closes].
func (t *senderTest) closeAll() {
	for _, s := range t.opened {
		t.close(s)
	}
}
