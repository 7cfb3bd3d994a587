package fleet

import (
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// progressEvery is how often progress is told.
const progressEvery = 500 * time.Millisecond

// A teller tells Progress in a goroutine of its own, so that one that takes its time, such as one
// that writes to a terminal that is held, keeps no window from ending.
type teller struct {
	next  chan record.Progress // nil without a Progress
	busy  atomic.Bool
	ended chan struct{}
	shown time.Time
}

func newTeller(progress func(record.Progress)) *teller {
	t := &teller{shown: time.Now()}
	if progress == nil {
		return t
	}
	t.next, t.ended = make(chan record.Progress), make(chan struct{})
	go func() {
		defer close(t.ended)
		for p := range t.next {
			progress(p)
			t.busy.Store(false)
		}
	}()
	return t
}

// tell tells how far the phase has come, if that is due and the last call has returned.
func (t *teller) tell(now time.Time, sofar func() record.Progress) {
	if t.next == nil || now.Sub(t.shown) < progressEvery || t.busy.Load() {
		return
	}
	t.shown = now
	t.busy.Store(true)
	t.next <- sofar()
}

// end waits for a call that is under way; there is none after it.
func (t *teller) end() {
	if t.next != nil {
		close(t.next)
		<-t.ended
	}
}
