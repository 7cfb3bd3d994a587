package maxusers

import (
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/screen"
)

// A history is what a view needs of the events before the latest.
type history struct {
	view
	seemsToFail []map[int]bool // by level
	meter       screen.Meter
}

// add adds an event at a time, and returns the view of it.
func (h *history) add(e agentperf.Event, now time.Time) *view {
	if h.began.IsZero() {
		h.began = now
	}
	if e.Stage == "auditing" && len(e.Tiers) == 0 {
		e.Tiers = h.event.Tiers
	}
	h.event, h.at, h.top = e, now, max(h.top, e.Agents)
	for len(h.seemsToFail) < len(e.Tiers) {
		h.seemsToFail = append(h.seemsToFail, make(map[int]bool))
	}
	if e.Result != nil {
		for i, verdict := range e.Result.Verdicts {
			if i < len(h.seemsToFail) {
				h.seemsToFail[i][e.Agents] = verdict.Tentative == agentperf.Fail
			}
		}
		h.rows = append(slices.Clone(h.rows[max(0, len(h.rows)-latest+1):]), row(e))
	}
	h.levels = nil
	for i, t := range e.Tiers {
		h.levels = append(h.levels, levelOf(t, h.seemsToFail[i], e.Agents))
		h.top = max(h.top, t.Holds, t.Fails, t.Seems)
	}
	h.rate = h.meter.Rate(e.Stage == "measuring", e.Elapsed, e.OutputTokens)
	if e.Result != nil && e.Result.Figures != nil {
		h.rate = new(e.Result.Figures.OutputTokensPerSecond)
	}
	v := h.view
	return &v
}
