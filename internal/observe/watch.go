package observe

import (
	"context"
	"time"

	"github.com/agentperf/agentperf-go/telemetry"
)

const (
	// leastEvery is the least time between samples: observers must cost little.
	leastEvery = 100 * time.Millisecond
	// lingers bounds the wait for the tick after the drain, whose sample is the last: servers
	// count an answer shortly after its last byte.
	lingers = time.Second
)

// A Team is the observers of a run. The zero Team has none.
type Team struct{ callers []*caller }

// New returns the team of observers.
func New(observers []telemetry.Observer) *Team {
	t := &Team{}
	for _, o := range observers {
		t.callers = append(t.callers, &caller{observer: o})
	}
	return t
}

// Begin starts the observers for a phase. It returns when each has taken its first sample, so
// that what comes after is seen against it, or has failed to; after some seconds at most. The
// Watch must be ended.
func (t *Team) Begin(ctx context.Context) *Watch {
	w := &Watch{over: make(chan struct{})}
	for i, c := range t.callers {
		one := newShift(c)
		one.offset = one.store.every * time.Duration(i) / time.Duration(len(t.callers)) // not all at once
		w.shifts = append(w.shifts, one)
		go one.run(ctx, w)
	}
	for _, one := range w.shifts {
		<-one.ready
	}
	return w
}

// A Watch is a phase being observed.
type Watch struct {
	shifts []*shift
	over   chan struct{} // closed once the phase is over
	at     telemetry.Instants
}

// End ends the observation of a phase, after its drain, and returns what each observer saw, in
// their order. It waits for one more sample of each, and for what Stop brings: for a second as a
// rule, a minute at most. With a ctx that is done there is no more sample.
func (w *Watch) End(at telemetry.Instants) []telemetry.Observed {
	w.at = at
	close(w.over)
	all := make([]telemetry.Observed, 0, len(w.shifts))
	for _, one := range w.shifts {
		<-one.done
		all = append(all, one.observed())
	}
	return all
}
