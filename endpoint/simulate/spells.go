package simulate

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Spells are stretches of time, at regular intervals, in which everything is slower: a
// backup, a neighbor, a stalled router. Spell n, counted from 0, begins First + n ×
// Every after the system's first request and ends Length later, at which instant it is
// over. The zero value has none.
type Spells struct {
	// Every is the time from the beginning of one spell to that of the next; 0
	// means no spells.
	Every time.Duration
	// Length is how long each spell lasts, at most Every; 0 means no spells.
	Length time.Duration
	// First is the time from the system's first request to the first spell; 0
	// means Every.
	First time.Duration

	// Delay is how long each request that arrives in a spell is held up before it
	// queues, by which its first token comes later.
	Delay time.Duration
	// Slowdown is the additional time of a step that begins in a spell, as a share
	// of its usual time: at 1 it takes twice as long.
	Slowdown float64
}

// Validate returns all mistakes in the figures, joined.
func (s Spells) Validate() error {
	var errs []error
	for _, f := range []struct {
		name  string
		value time.Duration
	}{{"Every", s.Every}, {"Length", s.Length}, {"First", s.First}, {"Delay", s.Delay}} {
		if f.value < 0 {
			errs = append(errs, fmt.Errorf("simulate: Spells.%s is %v, expected 0 or more", f.name, f.value))
		}
	}
	if s.Length > s.Every {
		errs = append(errs, fmt.Errorf("simulate: Spells.Length is %v, expected at most Every, %v", s.Length, s.Every))
	}
	if !(s.Slowdown >= 0) || math.IsInf(s.Slowdown, 1) {
		errs = append(errs, fmt.Errorf("simulate: Spells.Slowdown is %v, expected 0 or more", s.Slowdown))
	}
	return errors.Join(errs...)
}

// delay returns for how long a request is held up that arrives so long after the first.
func (s Spells) delay(t time.Duration) time.Duration {
	if s.during(t) {
		return s.Delay
	}
	return 0
}

// slower returns the factor for a step that begins so long after the first request.
func (s Spells) slower(t time.Duration) float64 {
	if s.during(t) {
		return 1 + s.Slowdown
	}
	return 1
}

// during reports whether the instant that long after the first request is in a spell.
func (s Spells) during(t time.Duration) bool {
	if s.Every == 0 {
		return false
	}
	first := s.First
	if first == 0 {
		first = s.Every
	}
	return t >= first && (t-first)%s.Every < s.Length
}
