package requestlog

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// bounds are those of a phase, and what else is known of it beside its requests.
type bounds struct {
	index, agents int
	// settled and end bound the window: since 1970, or since the start of the phase with an
	// anchor.
	settled, end time.Duration
	// exact is set where the line is this module's, which states all of the header.
	exact   bool
	header  record.Header
	invalid string
}

// manifest returns what a line of phase_manifest.jsonl says. Those of this module have the
// fields of its own line of a phase beside the others.
func (l *line) manifest() (b *bounds, err error) {
	if l.WindowEnd != nil {
		return l.ownPhase()
	}
	if l.Phase == nil {
		return nil, errors.New("phase_idx is missing")
	}
	b = &bounds{index: *l.Phase, agents: cmp.Or(value(l.Concurrency), value(l.Agents))}
	if b.agents < 0 || b.agents > mostAgents {
		return nil, fmt.Errorf("concurrency is %d, expected 1 to %d", b.agents, mostAgents)
	}
	if b.settled, err = epoch("settling_end", l.SettlingEnd); err != nil {
		return nil, err
	}
	if b.end, err = epoch("actual_phase_end", l.PhaseEnd); err != nil {
		return nil, err
	}
	if b.end < b.settled {
		return nil, fmt.Errorf("actual_phase_end is %v before settling_end", b.settled-b.end)
	}
	return b, nil
}

// ownPhase returns what this module's line of a phase says.
func (l *line) ownPhase() (b *bounds, err error) {
	if l.Phase == nil || l.Agents == nil || l.Anchor == nil {
		return nil, errors.New("phase_idx, agents or anchor is missing")
	}
	if *l.Agents < 1 || *l.Agents > mostAgents || *l.Phase < 0 || *l.Phase > mostAgents {
		return nil, fmt.Errorf("phase_idx is %d and agents %d, expected from 0 and from 1", *l.Phase, *l.Agents)
	}
	h := record.Header{
		Run: l.Run, Index: *l.Phase, Agents: *l.Agents, Anchor: *l.Anchor, Ending: record.Ending(l.Ending),
		Up: *l.Agents, Completed: max(0, l.Completed), Least: max(0, l.Least), Straddling: max(0, l.Straddling),
	}
	for _, t := range []struct {
		name string
		from *time.Duration
		to   *time.Duration
	}{{"all_up_ns", l.AllUp, &h.AllUp}, {"settled_ns", l.Settled, &h.Settled}, {"window_end_ns", l.WindowEnd, &h.WindowEnd}, {"end_ns", l.Ended, &h.End}} {
		if *t.to, err = instant(t.name, t.from); err != nil {
			return nil, err
		}
	}
	return &bounds{index: h.Index, agents: h.Agents, exact: true, header: h, invalid: l.Invalid}, nil
}
