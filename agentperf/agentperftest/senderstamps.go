package agentperftest

import (
	"errors"
	"fmt"
	"time"
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
			return errors.New("the clock was told nothing of the sending: no call of Sent")
		case !monotonic(at) && monotonic(out.began):
			return errors.New("the time has no monotonic reading, as that of time.Now has")
		case after < 0:
			return fmt.Errorf("the time is %v before Send was called", -after)
		case at.After(out.returned):
			return fmt.Errorf("the time is %v after Send returned", at.Sub(out.returned))
		case after > late && after > (out.timing.First+after)/2:
			return fmt.Errorf("the time of Sent is %v after Send was called, and %v before the first token: connecting and waiting are part of the time to first token", after, out.timing.First)
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
			return errors.New("the clock was told of no arrival")
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
			return errors.New("the clock was told of no end: no call of Done")
		case end.After(out.returned):
			return fmt.Errorf("the end is %v after Send returned", end.Sub(out.returned))
		case at.E2E < at.Last:
			return errors.New("output arrived after Done")
		}
		return nil
	})
}

func (t *senderTest) totals() error { return t.oneByOne((*sent).right) }
