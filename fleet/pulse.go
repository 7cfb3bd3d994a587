package fleet

import "time"

// A pulse finds out whether this process itself was held up, be it stopped or without a processor,
// so that it does not blame those who did not hear of it meanwhile.
type pulse struct {
	last  time.Time // that it was known to run
	held  time.Duration
	until time.Time // it was held up for so long; zero if it never was
}

// beat says that the process runs now, which is due each sayEvery. One that is held up for nearly
// the lease has lost its workers: theirs have run since what they heard before.
func (p *pulse) beat(now time.Time, lease time.Duration) {
	if gap := now.Sub(p.last); !p.last.IsZero() && gap > lease-2*sayEvery {
		p.held, p.until = gap, now
	}
	p.last = now
}

// excuses reports whether the process was held up since a worker was last heard of.
func (p *pulse) excuses(heard time.Time) bool { return !p.until.IsZero() && !heard.After(p.until) }

// lately reports whether it was so shortly before now that a worker may say now that it has lost
// its lease by that.
func (p *pulse) lately(now time.Time, lease time.Duration) bool {
	return !p.until.IsZero() && now.Sub(p.until) < lease
}
