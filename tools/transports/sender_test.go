package transports

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// A link is a sender's connection.
type link interface {
	// send sends a batch, which stays as it is until it is acknowledged. It need not wait.
	send(batch []byte) error
	// flush is called before the sender waits: what was sent must be on its way.
	flush() error
}

// A sender sends batches over a link and keeps those that are not acknowledged.
type sender struct {
	number int
	link   link
	filled bool // batches are filled with records of their own, for tests
	timed  bool // round trips are measured

	free chan int // slots without a batch
	next uint64

	mu     sync.Mutex
	slots  [window]slot
	trips  []time.Duration
	strays int // acknowledgments of nothing
	failed chan error
}

type slot struct {
	batch []byte
	seq   uint64
	used  bool
	sent  time.Time
}

func newSender(number, records int) *sender {
	s := &sender{number: number, free: make(chan int, window), failed: make(chan error, 1)}
	for i := range s.slots {
		s.slots[i].batch = newBatch(records)
		s.free <- i
	}
	return s
}

// acked is called by the link for each acknowledgment, or once it cannot go on.
func (s *sender) acked(seq uint64, err error) {
	if err != nil {
		select {
		case s.failed <- fmt.Errorf("sender %d: %w", s.number, err):
		default:
		}
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.slots {
		if slot := &s.slots[i]; slot.used && slot.seq == seq {
			if s.timed {
				s.trips = append(s.trips, time.Since(slot.sent))
			}
			slot.used = false
			s.free <- i
			return
		}
	}
	s.strays++
}

// slot waits until a slot is free.
func (s *sender) slot(timeout <-chan time.Time) (int, error) {
	select {
	case i := <-s.free:
		return i, nil
	default:
	}
	if err := s.link.flush(); err != nil {
		return 0, err
	}
	select {
	case i := <-s.free:
		return i, nil
	case err := <-s.failed:
		return 0, err
	case <-timeout:
		return 0, fmt.Errorf("sender %d: no acknowledgment of %d batches", s.number, window-len(s.free))
	}
}

// send sends the next batch as soon as the window allows it.
func (s *sender) send(timeout <-chan time.Time) error {
	i, err := s.slot(timeout)
	if err != nil {
		return err
	}
	s.mu.Lock()
	slot := &s.slots[i]
	slot.seq, slot.used = s.next, true
	if s.next++; s.filled {
		fill(slot.batch, s.number, slot.seq)
	} else {
		stamp(slot.batch, s.number, slot.seq)
	}
	if s.timed {
		slot.sent = time.Now()
	}
	s.mu.Unlock()
	return s.link.send(slot.batch)
}

// wait waits until everything is acknowledged.
func (s *sender) wait(timeout <-chan time.Time) error {
	var all [window]int
	for i := range all {
		var err error
		if all[i], err = s.slot(timeout); err != nil {
			return err
		}
	}
	for _, i := range all {
		s.free <- i
	}
	return nil
}

// together runs f for all senders at once, each until what it sent is acknowledged.
func together(tb testing.TB, all []*sender, f func(s *sender, timeout <-chan time.Time) error) {
	tb.Helper()
	errs := make(chan error)
	for _, s := range all {
		go func() {
			timeout := time.After(patience)
			err := f(s, timeout)
			if err == nil {
				err = s.wait(timeout)
			}
			errs <- err
		}()
	}
	for range all {
		if err := <-errs; err != nil {
			tb.Error(err)
		}
	}
	if tb.Failed() {
		tb.FailNow()
	}
}

// patience is when something is taken to be stuck: far longer than anything here takes.
const patience = 2 * time.Minute
