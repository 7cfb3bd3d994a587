// Package selfcheck watches the load generator itself while it measures. A
// client that is short of processors sends late and stamps late, and would
// blame the system under test for it. The package says how the client fared; it
// does not judge.
//
// The figure that counts is the lag of a canary, a goroutine that sleeps, is
// woken and queues for a processor like those that wait for the network. What
// the Go runtime and the operating system tell besides only explains it.
//
// In a bubble of testing/synctest the lag is exactly 0, since time stands still
// while anything runs; the other figures mean nothing there, as they set real
// time against virtual. An hour of bubble time costs some 0.2 s.
//
// The canary sees what holds up any goroutine, not what holds up a particular
// one: a reader that is behind because each event takes it too long is late by
// more than the canary.
package selfcheck

import (
	"runtime"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// interval is the time from one wake to the next. It is a compromise: within 7
// seconds there are as many wakes as a P99 needs ([metrics.SamplesFor]), and an
// hour in a bubble does not take a second. It is not a round number, so that it
// does not fall in step with events that come every 10 or 20 ms.
const interval = 23 * time.Millisecond

// A Watch is one that is kept over the client, from [Start] to [Watch.Stop]. Its
// methods are safe for concurrent use; the zero value is of no use.
type Watch struct {
	stop, done chan struct{}

	mu     sync.Mutex
	begin  reading
	due    time.Time           // of the next wake
	lags   metrics.Percentiles // in seconds
	final  Figures
	ending bool
}

// Start begins to watch. The Watch must be stopped, as it runs a goroutine.
func Start() *Watch {
	w := &Watch{stop: make(chan struct{}), done: make(chan struct{}), begin: read()}
	w.due = w.begin.at.Add(interval)
	go w.run(w.due)
	return w
}

// Mark begins the measured window: figures are of the time from here on, as
// they are of the time from [Start] without it. A later call begins it anew.
// After Stop it does nothing.
func (w *Watch) Mark() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ending {
		return
	}
	w.begin = read()
	w.lags = metrics.Percentiles{}
}

// Read returns the figures of the time from the beginning of the window to now,
// and goes on watching. It may take some milliseconds and leave 2 MB of garbage:
// it is for the end of a window, not for every event. After Stop it returns what
// that did.
func (w *Watch) Read() Figures {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.read()
}

// Stop ends the watch, waits for its goroutine and returns the figures of the
// time from the beginning of the window to now. Further calls return the same.
func (w *Watch) Stop() Figures {
	w.mu.Lock()
	f := w.read()
	if !w.ending {
		w.ending, w.final = true, f
		close(w.stop)
	}
	w.mu.Unlock()
	<-w.done
	return f
}

// run is the canary.
func (w *Watch) run(due time.Time) {
	defer close(w.done)
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-w.stop:
			return
		}
		// The runtime favors whom a timer wakes: it runs next, ahead of the
		// queue. Whom the network wakes goes to the end of it. Without this the
		// canary misses most of what a reader waits when many goroutines can run
		// (see BenchmarkLag).
		runtime.Gosched()
		timer.Reset(time.Until(w.wake(time.Now())))
	}
}

// wake accounts for a wake at now and returns when the next one is due.
func (w *Watch) wake(now time.Time) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due = record(&w.lags, w.begin.at, w.due, now)
	return w.due
}

// record adds the lag at now of each wake that is due by then and was not due
// before the window began, and returns when the next one is due. Wakes that were
// slept through count, each with its own lag: a stall of a second is one late
// wake, but whatever was due in that second was late.
func record(lags *metrics.Percentiles, begin, due, now time.Time) time.Time {
	for !due.After(now) {
		if !due.Before(begin) {
			lags.Record(now.Sub(due).Seconds())
		}
		due = due.Add(interval)
	}
	return due
}

// read returns the figures as of now. The caller holds the lock.
func (w *Watch) read() Figures {
	if w.ending {
		return w.final
	}
	end := read()
	f := w.begin.until(end)
	// A canary that is late at this moment is so by at least the time until
	// now. It will say by how much itself: this is for a copy.
	var lags metrics.Percentiles
	lags.Merge(&w.lags)
	record(&lags, w.begin.at, w.due, end.at)
	f.Wakes = lags.N()
	p99, _ := lags.At(99)
	p90, _ := lags.At(90)
	longest, _ := lags.Max()
	f.WakeP90, f.WakeP99, f.WakeMax = duration(p90), duration(p99), duration(longest)
	return f
}
