package load

import (
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// A Window decides when the measured window of a phase may end, and when no measured request
// is waited for any more. It has neither a clock nor a lock: the caller says what happens
// and when, in time since the start of the phase that never decreases, one call at a time.
// The zero Window is not ready; see [NewWindow].
type Window struct {
	shape    record.Shape
	allUp    time.Duration
	settled  time.Duration // when it begins; never while that is unknown
	earliest time.Duration // at which it may end
	cold     int           // agents that wait for their first token
	warm     time.Duration // since when none does, or the start

	end    time.Duration
	ending record.Ending // empty while it is open
	over   bool          // no measured request is waited for any more

	up        int
	attempts  int
	succeeded int
	failed    int
	open      int // measured requests
	hopeful   int // open requests of agents with too few failures to give up
	total     int // pieces of work completed
	agents    []state
	absent    int // agents that have begun no request in the window
	straddle  int // agents that straddled its beginning and its end
}

// state is that of one agent.
type state struct {
	begun, warm       bool // has begun a request; has had a token, or an end
	failed, completed int
	present           bool          // has begun a request in the window
	open              int           // requests
	idle              time.Duration // since when none is
}

// A Ticket identifies a request between Begin and End.
type Ticket struct {
	agent    int
	measured bool // it belongs to the window
	hopeful  bool // its agent had too few failures to give up
}

// NewWindow returns the window of a phase that begins at 0.
func NewWindow(s record.Shape) *Window {
	w := &Window{shape: s, agents: make([]state, s.Agents), absent: s.Agents}
	w.allUp = s.Ramp()
	w.settled = never
	if s.FirstTokens <= 0 {
		w.begin(w.allUp + s.Settle)
	}
	return w
}

// never is an instant beyond every phase.
const never = math.MaxInt64

// begin sets when the window begins.
func (w *Window) begin(t time.Duration) {
	w.settled = t
	w.earliest = t + w.shape.Measure
}

// settles sets when the window begins once that is known. It has to be called with each
// instant before what happens then is told.
func (w *Window) settles(now time.Duration) {
	from := w.allUp + w.shape.Settle
	latest := from + w.shape.FirstTokens
	switch {
	case w.settled != never || now < from:
	case w.cold == 0 && max(from, w.warm) <= latest:
		w.begin(max(from, w.warm))
	case now >= latest:
		w.begin(latest)
	}
}

// Settled reports whether the window has begun.
func (w *Window) Settled(now time.Duration) bool { return now >= w.settled }

// First records that an agent has its first token.
func (w *Window) First(agent int, now time.Duration) {
	w.settles(now)
	if a := &w.agents[agent]; a.begun && !a.warm {
		a.warm = true
		if w.cold--; w.cold == 0 {
			w.warm = now
		}
	}
	w.settles(now)
}

// Bounds returns when the window begins, and the earliest instant at which it may end, which
// is when a Fixed one does, as far as that is known beforehand.
func (w *Window) Bounds() (from, until time.Duration) { return w.settled, w.earliest }

// Ending returns why the window ended; empty while it is open.
func (w *Window) Ending() record.Ending { return w.ending }

// Over reports whether the window has ended and no measured request is waited for.
func (w *Window) Over() bool { return w.over }

// Spawned records that one more agent was started.
func (w *Window) Spawned() { w.up++ }

// Begin records that an agent begins a request.
func (w *Window) Begin(agent int, now time.Duration) Ticket {
	w.settles(now)
	a := &w.agents[agent]
	w.attempts++
	a.open++
	if !a.begun {
		a.begun = true
		w.cold++
	}
	t := Ticket{agent: agent, measured: w.measures(now), hopeful: a.failed < w.shape.GiveUp}
	if t.hopeful {
		w.hopeful++
	}
	if !t.measured {
		return t
	}
	w.open++
	if !a.present {
		a.present = true
		w.absent--
		if now >= w.earliest && w.complete(now) {
			w.close(now+1, record.Complete) // this request is the window's last
		}
	}
	return t
}

// End records that the request of a ticket has ended.
func (w *Window) End(t Ticket, now time.Duration, succeeded bool) {
	w.First(t.agent, now)
	a := &w.agents[t.agent]
	a.open--
	a.idle = now
	if t.hopeful {
		w.hopeful--
	}
	if succeeded {
		w.succeeded++
	} else {
		w.failed++
		a.failed++
	}
	if t.measured {
		w.open--
	}
	if w.shape.GiveUp > 0 && w.succeeded == 0 && w.hopeful == 0 && w.failed >= w.shape.GiveUp*w.shape.Agents {
		w.close(now, record.Dead)
	}
	w.settle()
}

// Completed records that an agent has completed a piece of work.
func (w *Window) Completed(agent int, now time.Duration) {
	w.settles(now)
	w.ripen(now)
	if w.ending != "" || now < w.settled {
		return
	}
	w.agents[agent].completed++
	w.total++
	if now >= w.earliest && w.complete(now) {
		w.close(now, record.Complete)
	}
}

// Close ends the window for the given reason, if it is open.
func (w *Window) Close(now time.Duration, why record.Ending) { w.close(now, why) }

// Tick tells the window the time, which may end it. It returns when Tick has to be called
// again; ok is false if it need not be.
func (w *Window) Tick(now time.Duration) (next time.Duration, ok bool) {
	w.settles(now)
	w.ripen(now)
	if w.ending == "" && w.shape.Timeout > 0 && now >= w.shape.Timeout {
		w.close(now, record.TimedOut)
	}
	switch {
	case w.over:
		return 0, false
	case w.ending != "" && w.shape.Patience > 0:
		if next = w.end + w.shape.Patience; now >= next {
			w.over = true
			return 0, false
		}
		return next, true
	case w.ending != "":
		return 0, false
	}
	switch from := w.allUp + w.shape.Settle; {
	case now < from && from < w.settled:
		next = from
	case w.settled == never:
		next = from + w.shape.FirstTokens
	case now < w.settled:
		next = w.settled
	case now < w.earliest:
		next = w.earliest
	default:
		next = now + pause
	}
	if t := w.shape.Timeout; t > 0 {
		next = min(next, t)
	}
	return next, true
}

// Drain returns how long open requests may go on after the phase.
func (w *Window) Drain() time.Duration {
	switch w.ending {
	case record.Complete, record.TimedOut, record.Decided:
		return w.shape.Drain
	}
	return 0
}

// measures reports whether a request that begins now is in the window.
func (w *Window) measures(now time.Duration) bool {
	switch {
	case now < w.settled:
		return false
	case w.ending != "":
		return now < w.end
	}
	// A complete window has ended at earliest, also if it has not been told so yet.
	return now < w.earliest || !w.complete(now)
}

// complete reports whether the minima are met and no agent straddles: an agent that waits
// throughout the window is not served, and what the others get does not show that.
func (w *Window) complete(now time.Duration) bool {
	return w.shape.Fixed || w.total >= w.shape.MinTotal && w.least() >= w.shape.MinPerAgent && w.Straddling(now) == 0
}

// pause is how long an agent must have had no open request to count as pausing, rather than
// about to send. Agents send within milliseconds of what they wait for; a second is far
// above that, and far below the length of a window. An agent that has never begun counts as
// pausing, too, as it may begin amid a tool delay; whoever knows the schedule can tell.
const pause = time.Second

// Straddling returns the number of agents that have begun no request in the window and are
// not pausing: now, or when the window ended.
func (w *Window) Straddling(now time.Duration) (n int) {
	if w.ending != "" {
		return w.straddle
	}
	return w.straddling(now)
}

func (w *Window) straddling(now time.Duration) (n int) {
	if w.absent == 0 {
		return 0
	}
	for i := range w.agents {
		if a := &w.agents[i]; !a.present && (a.open > 0 || now-a.idle < pause) {
			n++
		}
	}
	return n
}

// least returns the least number of pieces of work that an agent has completed.
func (w *Window) least() int {
	least := w.agents[0].completed
	for i := range w.agents {
		least = min(least, w.agents[i].completed)
	}
	return least
}

// ripen ends a window that was complete before this call, at the instant at which it was, so
// that the order in which events of one instant are told makes no difference.
func (w *Window) ripen(now time.Duration) {
	if w.ending == "" && w.settled != never && now >= w.earliest {
		w.closeIfComplete(w.earliest)
		w.closeIfComplete(now) // an agent may have begun to pause
	}
}

func (w *Window) closeIfComplete(t time.Duration) {
	if w.ending == "" && w.complete(t) {
		w.close(t, record.Complete)
	}
}

func (w *Window) close(t time.Duration, why record.Ending) {
	if w.ending != "" {
		return
	}
	w.straddle = w.straddling(t)
	w.ending, w.end = why, t
	w.settle()
}

// settle sets over when no measured request is waited for.
func (w *Window) settle() {
	waits := !w.shape.Fixed && (w.ending == record.Complete || w.ending == record.TimedOut)
	if w.ending != "" && (!waits || w.open == 0) {
		w.over = true
	}
}

// Fill sets the fields of a header that describe the window. A window that is still open
// counts as ending now.
func (w *Window) Fill(h *record.Header, now time.Duration) {
	h.AllUp, h.Settled, h.WindowEnd, h.Ending = w.allUp, w.settled, now, w.ending
	if w.settled == never { // it did not begin
		h.Settled = max(now, w.allUp+w.shape.Settle)
	}
	if w.ending != "" {
		h.WindowEnd = w.end
	}
	h.Up, h.Completed, h.Least, h.Straddling = w.up, w.total, w.least(), w.Straddling(now)
}

// Progress returns how far the phase has come.
// It does not know of requests in flight, failures, tokens and the phase so far.
func (w *Window) Progress(now time.Duration) record.Progress {
	p := record.Progress{Elapsed: now, Up: w.up, Attempts: w.attempts, Succeeded: w.succeeded, Completed: w.total}
	add := func(format string, args ...any) { p.Pending = append(p.Pending, fmt.Sprintf(format, args...)) }
	switch {
	case w.ending != "":
		p.Stage = "finishing"
		if w.open > 0 {
			add("%d measured requests are open", w.open)
		}
		return p
	case now < w.allUp:
		p.Stage = "spawning"
		add("%d to start", w.shape.Agents-w.up)
	case now < w.settled:
		p.Stage = "settling"
		if left := w.allUp + w.shape.Settle - now; left > 0 {
			add("%v to settle", round(left))
		} else {
			add("%d wait for their first token", w.cold)
		}
	default:
		p.Stage = "measuring"
	}
	if from := max(now, w.settled); w.settled == never {
		add("%v to measure", round(w.shape.Measure))
	} else if from < w.earliest {
		add("%v to measure", round(w.earliest-from))
	}
	if n := w.Straddling(now); p.Stage == "measuring" && n > 0 && !w.shape.Fixed {
		add("%d wait for requests from before", n)
	}
	if w.total < w.shape.MinTotal {
		add("%d of %d completed", w.total, w.shape.MinTotal)
	}
	if least := w.least(); least < w.shape.MinPerAgent {
		add("%d of %d by the slowest", least, w.shape.MinPerAgent)
	}
	return p
}

func round(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }
