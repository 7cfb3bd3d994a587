package fleet

import "time"

// clock is what is known of the clock of a worker: it is offset ahead of the controller's, give
// or take half of the round trip in which that was found. The shortest of several counts, since
// what makes a round trip long makes it lopsided; so does NTP (RFC 5905, clock filter).
type clock struct {
	offset, trip time.Duration
	n            int // round trips
}

func (k *clock) add(offset, trip time.Duration) {
	if k.n == 0 || trip < k.trip {
		k.offset, k.trip = offset, trip
	}
	k.n++
}

// error returns how far the offset that was measured before a phase may be off in the phase:
// what it has moved until now, and half of the longer round trip.
func (k clock) error(before clock) time.Duration {
	return (k.offset - before.offset).Abs() + max(k.trip, before.trip)/2
}

type ping struct {
	worker string
	at     time.Time
}

const (
	// mostClockError is how far the clock of a worker may be off: as much as a client may be
	// late before a phase is invalid.
	mostClockError = 50 * time.Millisecond
	// askedClocks is how many round trips are made at a time, askEvery apart, so that one
	// hiccup does not decide.
	askedClocks = 8
	askEvery    = 10 * time.Millisecond
	// mostClocks is how long to wait for them.
	mostClocks = 2 * time.Second
	// mostClock is the latest that a worker's clock may be, which begins with its process. What is
	// reckoned with it does not overflow.
	mostClock = 10 * 365 * 24 * time.Hour
)
