package telemetry

import (
	"errors"
	"fmt"
	"time"
)

const (
	// mostLogged bounds the samples of a phase: those of 8 accelerators, ten times a second
	// with three fields, over an hour.
	mostLogged = 1_000_000
	// skew is by how much clocks of two machines may differ. Zones differ by more.
	skew = time.Minute
)

// phaseOfLog is what a file says of one phase.
type phaseOfLog struct {
	at          Instants
	samples     []Sample
	rows        int       // with samples
	first, last time.Time // of all rows that were read
	left        int       // samples beyond the bound
	bad         int       // lines
	err         error     // of the first
}

func (p *phaseOfLog) add(samples []Sample, err error) {
	if err != nil {
		if p.bad++; p.err == nil {
			p.err = err
		}
	}
	for _, s := range samples {
		if p.rows == 0 || s.Time.Before(p.first) {
			p.first = s.Time
		}
		if p.rows == 0 || s.Time.After(p.last) {
			p.last = s.Time
		}
		p.rows++
		switch {
		// One before the phase and one after it, however seldom there is one.
		case s.Time.Before(p.at.Begin.Add(-skew)) || s.Time.After(p.at.End.Add(skew)):
		case len(p.samples) >= mostLogged:
			p.left++
		default:
			p.samples = append(p.samples, s)
		}
	}
}

// wrong returns what is wrong with the rows. Times without a zone that are taken in the wrong
// one lie hours away from the phase, or in the future.
func (p *phaseOfLog) wrong() error {
	const form = "2006-01-02 15:04:05 -0700"
	zone := p.at.Begin.Location()
	switch now := time.Now(); {
	case p.rows == 0 && p.err != nil:
		return p.err
	case p.rows == 0:
		return errors.New("no row is new since the phase before, expected a file that grows")
	case p.last.After(now.Add(skew)):
		shift := p.last.Sub(now).Round(15 * time.Minute)
		p.samples = nil
		return fmt.Errorf("its last row is of %s, which is in the future; if it was recorded in another time zone, state that: it seems to be %v ahead", p.last.In(zone).Format(form), shift)
	case p.last.Before(p.at.Settled) || p.first.After(p.at.WindowEnd):
		text := fmt.Sprintf("its rows are from %s to %s, and the window was from %s to %s",
			p.first.In(zone).Format(form), p.last.In(zone).Format(form), p.at.Settled.Format(form), p.at.WindowEnd.Format(form))
		if shift := p.last.Sub(now).Round(15 * time.Minute); shift != 0 && shift.Abs() <= 26*time.Hour {
			text += fmt.Sprintf("; if it was recorded in another time zone, state that: it seems to be %v behind", -shift)
		}
		return errors.New(text)
	case p.left > 0:
		return fmt.Errorf("%d samples are left out, expected at most %d in a phase", p.left, mostLogged)
	case p.bad > 0:
		return fmt.Errorf("%d lines cannot be read, the first: %w", p.bad, p.err)
	}
	return nil
}
