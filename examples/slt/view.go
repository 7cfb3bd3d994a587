package main

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/agentperf/agentperf-go/internal/screen"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
)

// A view is what is shown of a sweep on a terminal. It shares nothing with the one after it.
type view struct {
	title   string
	plateau slt.Plateau
	given   bool // the levels are, so that no plateau ends them
	began   time.Time

	at     time.Time // of the event
	event  slt.Event
	levels []slt.Level
	rate   *float64 // output tokens per second since the window began
	flat   int      // levels without growth
	best   float64
}

// lines draws the view.
func (v *view) lines(l screen.Look) []screen.Line {
	if l.Width < screen.Narrow {
		return []screen.Line{screen.Text(screen.Normal, "concurrency %d: %s, %d queries", v.event.Concurrency, v.event.Stage, v.event.Queries)}
	}
	how := "until throughput stops growing"
	if v.given {
		how = ""
	}
	level := v.level(l)
	return l.Stack([]screen.Line{l.Head(v.title, how, v.began, v.left(l))}, level, v.bars(l, l.Height-len(level)-4))
}

// left says how much longer the sweep takes: until a plateau, at least.
func (v *view) left(l screen.Look) string {
	left, most := v.event.Remaining, v.event.RemainingMost
	if v.event.Result == nil {
		left -= max(0, l.Now.Sub(v.at))
	}
	switch {
	case v.event.Stage == "calibrating":
		return "calibrating"
	case left < time.Second && most < time.Second:
		return "nearly done"
	case v.given:
		return "about " + screen.Clock(left) + " left"
	}
	return "at least " + screen.Clock(left) + " left"
}

// level says how far the level under way has come.
func (v *view) level(l screen.Look) []screen.Line {
	e := &v.event
	if e.Concurrency == 0 {
		return nil
	}
	return append([]screen.Line{screen.Text(screen.Bold, "Concurrency %d", e.Concurrency)}, l.Phase(screen.Phase{
		Elapsed: e.Elapsed, Estimate: e.Estimate, Over: e.Result != nil, Speed: v.speed(), TTFT: v.ttft(), Rate: v.rate, Client: v.client(),
		InFlight: e.InFlight, Failed: e.Failed, Ended: e.Queries - e.InFlight, What: "queries", Stage: e.Stage, Pending: e.Pending,
	})...)
}

// figures are those of the level so far, or of one that is over; nil without any.
func (v *view) figures() *slt.Figures {
	if v.event.Result != nil {
		return v.event.Result.Figures
	}
	return v.event.Figures
}

func (v *view) client() *metrics.ClientCheck {
	if v.event.Result != nil {
		return v.event.Result.Client
	}
	return v.event.Client
}

func (v *view) speed() (text [2]string) {
	if f := v.figures(); f != nil && f.MedianOutputSpeed != nil {
		speed := screen.Round(*f.MedianOutputSpeed) + " tok/s"
		return [2]string{"median " + speed + " per query", speed + " each"}
	}
	return text
}

func (v *view) ttft() (text [2]string) {
	if f := v.figures(); f != nil && f.MedianTTFT != nil {
		ttft := "TTFT " + screen.Milliseconds(*f.MedianTTFT)
		return [2]string{ttft, ttft}
	}
	return text
}

// bars draws the throughput of the latest levels that fit into some lines, and says how near the
// sweep is to a plateau.
func (v *view) bars(l screen.Look, room int) []screen.Line {
	if len(v.levels) == 0 {
		return nil
	}
	shown := v.levels[max(0, len(v.levels)-max(1, room-3)):]
	lines := []screen.Line{screen.Text(screen.Dim, "Concurrency  Output, tok/s")}
	const before, figures = 13, 34
	columns := max(8, l.Width-before-10)
	if l.Wide() {
		columns = l.Width - before - figures
	}
	columns = min(columns, 60)
	for i := range shown {
		line := screen.Text(screen.Normal, "%11d  ", shown[i].Concurrency)
		f := shown[i].Figures
		if f == nil {
			lines = append(lines, line.And(screen.Normal, "invalid"))
			continue
		}
		line = line.With(l.Bar(screen.Blue, f.OutputTokensPerSecond/max(v.best, 1), columns)).And(screen.Normal, " %s", screen.Round(f.OutputTokensPerSecond))
		if l.Wide() && f.MedianOutputSpeed != nil {
			line = line.And(screen.Dim, ", %.1f tok/s per query", *f.MedianOutputSpeed)
		}
		lines = append(lines, line)
	}
	if !v.given {
		lines = append(lines, screen.Text(screen.Dim, "%d of %d levels in a row without growth", v.flat, v.plateau.Levels))
	}
	return lines
}

// A history is what a view needs of the events before the latest.
type history struct {
	view
	meter  screen.Meter
	before float64 // the best level before those without growth
}

// add adds an event at a time, and returns the view of it.
func (h *history) add(e slt.Event, now time.Time) *view {
	if h.began.IsZero() {
		h.began = now
	}
	h.event, h.at = e, now
	if e.Result != nil {
		h.levels = append(slices.Clone(h.levels), *e.Result)
		if f := e.Result.Figures; f != nil {
			h.best = max(h.best, f.OutputTokensPerSecond)
			if h.flat++; f.OutputTokensPerSecond > h.before*(1+max(0, h.plateau.Gain)) {
				h.before, h.flat = f.OutputTokensPerSecond, 0
			}
		}
	}
	h.rate = h.meter.Rate(e.Stage == "measuring", e.Elapsed, e.OutputTokens)
	if e.Result != nil && e.Result.Figures != nil {
		h.rate = new(e.Result.Figures.OutputTokensPerSecond)
	}
	v := h.view
	return &v
}

// levelDone says what a level has measured.
func levelDone(e slt.Event) string {
	text := "concurrency " + strconv.Itoa(e.Concurrency) + ", " + e.Elapsed.Round(100*time.Millisecond).String() + ": "
	f := e.Result.Figures
	if f == nil {
		return text + "invalid: " + e.Result.Invalid
	}
	return text + fmt.Sprintf("%d queries measured, %d failed, %.0f tokens/s", f.Requests, f.Failed, f.OutputTokensPerSecond)
}
