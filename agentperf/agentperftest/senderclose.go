package agentperftest

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

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
			return fmt.Errorf("it returned an error: %w", err)
		}
		return nil
	case <-timer.C:
		return fmt.Errorf("it did not return within %v", soon)
	}
}

// closeAll closes what is left. Errors are the business of [senderTest.closes].
func (t *senderTest) closeAll() {
	for _, s := range t.opened {
		t.close(s)
	}
}
