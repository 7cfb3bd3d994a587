package agentperftest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

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
