package maxusers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/internal/screen"
)

// progress shows how a run gets on: on a terminal as a view, elsewhere in lines.
type progress struct {
	screen  *screen.Screen
	history history
	told    time.Duration // how long the phase had taken when there was a line about it
	answers []string      // the levels whose answer there was a line about
}

// every is the time between two lines about one phase: a log is still short after hours, and
// nobody takes the program for dead.
const every = 30 * time.Second

// show shows an event.
func (p *progress) show(e agentperf.Event) {
	check := p.history.check > 0
	switch {
	case e.Stage == "starting":
		for _, w := range e.Warnings {
			p.screen.Line("warning: %s", plain.Text(w.Text))
		}
		if text := price(e, p.history.what()); text != "" {
			p.screen.Line("%s", text)
		}
	case e.Stage == "auditing" && e.Requests == 0:
		p.screen.Line("audit at N = %d: %s; about %s, beside other agents that go on", e.Agents, strings.Join(e.Pending, ", "), span(e.Remaining))
	case p.screen.Live(), e.Stage == "auditing":
	case e.Result != nil:
		p.screen.Line("%s; %s", doneText(e), standing(e, check))
		p.told = 0
		p.answer(e)
	case e.Elapsed < p.told: // of another phase
		p.told = 0
	case e.Elapsed >= p.told+every:
		p.screen.Line("%s; %s", underWay(e), standing(e, check))
		p.told = e.Elapsed
	}
	if p.screen.Live() {
		p.screen.Show(p.history.add(e, time.Now()).lines)
	}
}

// answer says once of each level that its answer is there.
func (p *progress) answer(e agentperf.Event) {
	for _, t := range e.Tiers {
		l := levelOf(t, nil, e.Agents)
		if p.history.check > 0 || !l.answered() || slices.Contains(p.answers, t.Tier) {
			continue
		}
		p.answers = append(p.answers, t.Tier)
		text := fmt.Sprintf("%s, %d fails", agents(l.holds), l.fails)
		if l.holds == 0 {
			text = "not even 1 agent holds"
		}
		p.screen.Line("answer: %s: %s", plain.Text(t.Tier), text)
	}
}

// doneText says what a phase has measured.
func doneText(e agentperf.Event) string {
	text := fmt.Sprintf("phase %d: agents %d, %v: ", e.Phase, e.Agents, e.Elapsed.Round(100*time.Millisecond))
	f := e.Result.Figures
	if f == nil {
		return text + "invalid: " + plain.Text(e.Result.Invalid)
	}
	text += fmt.Sprintf("%d requests measured, %d failed, %.0f tokens/s", f.Requests, f.Failed, f.OutputTokensPerSecond)
	if f.P25Speed != nil {
		text += fmt.Sprintf(", P25 %.1f tokens/s", *f.P25Speed)
	}
	if f.P95TTFT != nil {
		text += fmt.Sprintf(", P95 TTFT %.3f s", *f.P95TTFT)
	}
	return text
}

// underWay says how far a phase has come.
func underWay(e agentperf.Event) string {
	text := fmt.Sprintf("phase %d: agents %d, %.0f s of about %.0f s, %d requests, %d failed", e.Phase, e.Agents, e.Elapsed.Seconds(), e.Estimate.Seconds(), e.Requests, e.Failed)
	if len(e.Pending) == 0 {
		return text + "; " + e.Stage
	}
	return text + "; " + strings.Join(e.Pending, ", ")
}

// price says before the first phase how long all of what is done takes; empty if nothing is left
// to do.
func price(e agentperf.Event, what string) string {
	switch {
	case e.Remaining == 0:
		return ""
	case e.RemainingMost == 0:
		return fmt.Sprintf("This %s takes about %s of the system's time.", what, span(e.Remaining))
	case e.Remaining*10 > e.RemainingMost*9:
		return fmt.Sprintf("This %s takes up to %s of the system's time; interrupt it for what is known by then.", what, span(e.RemainingMost))
	}
	return fmt.Sprintf("This %s takes about %s of the system's time, the longer the nearer to a limit; interrupt it for what is known by then.", what, from(e.Remaining, e.RemainingMost))
}

// standing says what is known so far and how much longer it takes.
func standing(e agentperf.Event, check bool) string {
	var parts []string
	for _, t := range e.Tiers {
		switch {
		case check: // there is no limit to look for
		case len(e.Tiers) > 1:
			parts = append(parts, t.Tier+" "+short(t))
		default:
			parts = append(parts, t.String())
		}
	}
	if e.Remaining > 0 {
		parts = append(parts, "about "+span(e.Remaining)+" left")
	} else if e.Result != nil {
		parts = append(parts, "done")
	} else {
		parts = append(parts, "nearly done")
	}
	return strings.Join(parts, "; ")
}

// short says what is known of a tier where there are several on one line: what is certain to
// hold and to fail, and the estimate of the limit.
func short(t agentperf.TierProgress) string {
	low, high, about := "?", "?", ""
	if t.Holds > 0 || t.Fails == 1 {
		low = fmt.Sprint(t.Holds)
	}
	if t.Fails > 0 {
		high = fmt.Sprint(t.Fails)
	}
	switch {
	case t.Limit > 0 && (t.Holds == 0 || t.Fails != t.Holds+1):
		about = fmt.Sprintf("~%.1f", t.Limit)
	case t.Seems > t.Holds:
		about = fmt.Sprintf(">=%d?", t.Seems)
	}
	if low == "?" && high == "?" && about != "" {
		return about
	}
	return strings.TrimSpace(low + ".." + high + " " + about)
}

// span writes a duration for people.
func span(d time.Duration) string {
	switch {
	case d < 100*time.Second:
		return fmt.Sprintf("%.0f s", max(1, d.Seconds()))
	case d < 100*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// from writes a range of durations for people.
func from(least, most time.Duration) string {
	low, high := span(least), span(most)
	if number, unit, _ := strings.Cut(low, " "); strings.HasSuffix(high, " "+unit) {
		low = number
	}
	return low + " to " + high
}

// goOn says how to go on after an interruption.
func goOn(program cli.Program, journal string, phases int) {
	if journal == "" {
		fmt.Fprintf(program.Stderr, "%s: the phases were not kept; with -journal FOLDER the same command goes on where it was\n", program.Name)
		return
	}
	fmt.Fprintf(program.Stderr, "%s: %d phases are kept in %s; the same command goes on from there\n", program.Name, phases, journal)
}
