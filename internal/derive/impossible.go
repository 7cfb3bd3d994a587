package derive

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

const (
	// Longest is longer than any phase, and any part of one.
	Longest = 30 * 24 * time.Hour
	// mostLead is the Longest first burst; see [record.Row.Lead].
	mostLead = 2 * time.Second
	// overcount is what a running count within the window may exceed that of the whole answer
	// by: a step of speculative decoding.
	overcount = 16
	// mostProcessors is beyond any machine.
	mostProcessors = 1 << 20
)

// Impossible says what is wrong with a row that no request can have, whoever made it; empty if
// nothing is. Of a row that is open it says nothing of the end.
func Impossible(r *record.Row, open bool) string {
	last := time.Duration(-1) // of the instants so far that there are
	for _, at := range []struct {
		name string
		t    time.Duration
	}{{"Begun", r.Begun}, {"Sent", r.Sent}, {"First", r.First}, {"Last", r.Last}, {"Made", r.Made}, {"End", r.End}} {
		switch {
		case at.t == record.None:
		case at.t < max(0, last) || at.t > Longest:
			return fmt.Sprintf("has %s at %v, expected None or %v to %v", at.name, at.t, max(0, last), Longest)
		default:
			last = at.t
		}
	}
	for _, d := range []struct {
		name string
		d    time.Duration
		most time.Duration
	}{{"Due", r.Due, Longest}, {"Tenth", r.Tenth, Longest}, {"Rest", r.Rest, Longest}, {"Lead", time.Duration(r.Lead), mostLead}} {
		if d.d < record.None || d.d > d.most {
			return fmt.Sprintf("has a %s of %v, expected 0 to %v", d.name, d.d, d.most)
		}
	}
	for _, n := range []struct {
		name  string
		n     int32
		least int32
	}{
		{"Turn", r.Turn, 0}, {"MaxTokens", r.MaxTokens, record.None}, {"Recorded", r.Recorded, record.None}, {"Planned", r.Planned, record.None},
		{"Prompt", r.Prompt, record.None}, {"Cached", r.Cached, record.None}, {"Completion", r.Completion, record.None}, {"Reasoning", r.Reasoning, record.None}, {"Hidden", r.Hidden, record.None},
		{"Tokens", r.Tokens, 0}, {"FirstTokens", r.FirstTokens, 0}, {"Events", r.Events, 0}, {"FirstEvents", r.FirstEvents, 0},
		{"Bytes", r.Bytes, 0}, {"Silent", r.Silent, 0}, {"Blank", r.Blank, 0}, {"WindowBytes", r.WindowBytes, record.None},
	} {
		if n.n < n.least {
			return fmt.Sprintf("has %s %d, expected %d or more", n.name, n.n, n.least)
		}
	}
	// What came without output counts with the window, too; see [metrics.Part].
	most := float64(max(r.Tokens, r.Completion, r.Events)) + float64(max(0, r.Hidden)) + float64(r.Silent) + float64(r.Ahead)
	switch {
	case r.Begun < 0:
		return "has no Begun, expected an instant"
	case r.Events > 0 && (r.Sent < 0 || r.First < 0 || r.Last < 0 || r.Made < 0):
		return fmt.Sprintf("has %d events and not all of Sent, First, Last and Made", r.Events)
	case r.FirstEvents > r.Events || r.Events > 0 && r.FirstEvents < 1:
		return fmt.Sprintf("has %d events in its first burst, expected 1 to %d", r.FirstEvents, r.Events)
	case !(r.WindowTokens >= 0 && r.WindowTokens <= most+overcount):
		return fmt.Sprintf("has %g tokens in the window, expected 0 to its %g", r.WindowTokens, most)
	case open:
		return ""
	case r.End < 0:
		return "has no End, expected an instant"
	case r.Outcome == record.Open:
		return "has ended and no Outcome, expected how it ended"
	case r.Outcome == record.OK:
		again := *r
		if why := again.Conclude(record.OK, 0); why != "" {
			return fmt.Sprintf("has the outcome %q, expected %q: %s", r.Outcome, again.Outcome, why)
		}
	}
	return ""
}

// ImpossibleClient says what is wrong with a client's check of itself that none can have made;
// empty if nothing is.
func ImpossibleClient(c *record.Client) string {
	for _, d := range []struct {
		name  string
		d     time.Duration
		least time.Duration
	}{
		{"Lag", c.Lag, 0}, {"WakeP99", c.WakeP99, 0}, {"WakeMax", c.WakeMax, 0}, {"SchedP99", c.SchedP99, 0}, {"GCPauseMax", c.GCPauseMax, 0}, {"GCPauseTotal", c.GCPauseTotal, 0},
		{"StartLate", c.StartLate, -Longest}, {"ClockError", c.ClockError, record.None}, // its clock may be off
	} {
		if d.d < d.least || d.d > Longest {
			return fmt.Sprintf("has a %s of %v, expected %v to %v", d.name, d.d, d.least, Longest)
		}
	}
	switch {
	case c.Wakes < 0 || c.Processors < 0 || c.Processors > mostProcessors:
		return fmt.Sprintf("has %d wakes and %d processors, expected 0 or more, and %d processors at most", c.Wakes, c.Processors, mostProcessors)
	case c.CPUShare != record.None && !(c.CPUShare >= 0 && c.CPUShare <= mostProcessors): // little above 1 if clocks differ
		return fmt.Sprintf("has a CPUShare of %v, expected 0 to 1, or None", c.CPUShare)
	}
	return ""
}
