package maxusers

import (
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/screen"
)

// A level is what is known of the limit of a service level: the largest number that holds, or
// seems to, and the smallest that does not, or seems not to; 0 without one.
type level struct {
	tier            string
	holds, fails    int
	sure, sureFails bool // that holds holds, and that fails does not
	limit           float64
	wanted          bool // the phase under way is for this one
}

// levelOf returns what is known of a level. seemsToFail says of numbers that were measured
// whether the latest phase pointed to a fail.
func levelOf(t agentperf.TierProgress, seemsToFail map[int]bool, agents int) level {
	l := level{tier: t.Tier, holds: max(t.Holds, t.Seems), fails: t.Fails, limit: t.Limit}
	for n, fails := range seemsToFail {
		if fails && n > l.holds && (l.fails == 0 || n < l.fails) {
			l.fails = n
		}
	}
	l.sure, l.sureFails = l.holds == t.Holds, l.fails == t.Fails
	for _, n := range t.Next {
		l.wanted = l.wanted || n == agents
	}
	return l
}

// answered reports whether nothing is left to find.
func (l *level) answered() bool {
	return l.sure && l.sureFails && l.fails > 0 && l.fails == l.holds+1
}

// note says where the answer is; what is not sure has a question mark.
func (l *level) note() screen.Line {
	doubt := func(sure bool) string {
		if sure {
			return ""
		}
		return "?"
	}
	var text string
	switch {
	case l.answered() && l.holds == 0:
		return screen.Text(screen.Bold, "not even 1 holds")
	case l.answered():
		return screen.Text(screen.Bold, "%s", agents(l.holds)).And(screen.Normal, ", %d fails", l.fails)
	case l.fails == 0 && l.holds == 0:
		return screen.Text(screen.Dim, "not known yet")
	case l.fails == 0:
		text = fmt.Sprintf("at least %d%s", l.holds, doubt(l.sure))
	case l.fails == l.holds+1 && l.holds > 0:
		return screen.Text(screen.Normal, "%d%s %d fails%s", l.holds, doubt(l.sure), l.fails, doubt(l.sureFails))
	case l.holds == 0:
		text = fmt.Sprintf("below %d%s", l.fails, doubt(l.sureFails))
	default:
		text = fmt.Sprintf("%d%s to %d, %d fails%s", l.holds, doubt(l.sure), l.fails-1, l.fails, doubt(l.sureFails))
	}
	if l.limit > 0 {
		text += fmt.Sprintf(", about %.1f", l.limit)
	}
	return screen.Text(screen.Normal, "%s", text)
}

// short is note in nine columns, for numbers below 1,000.
func (l *level) short() screen.Line {
	doubt := "?"
	if l.sure && l.sureFails {
		doubt = ""
	}
	switch {
	case l.answered():
		return screen.Text(screen.Bold, "%d", l.holds)
	case l.fails == 0 && l.holds == 0:
		return screen.Text(screen.Dim, "-")
	case l.fails == 0:
		return screen.Text(screen.Normal, ">=%d%s", l.holds, doubt)
	case l.fails == l.holds+1:
		return screen.Text(screen.Normal, "%d?", l.holds)
	case l.holds == 0:
		return screen.Text(screen.Normal, "<%d%s", l.fails, doubt)
	}
	return screen.Text(screen.Normal, "%d-%d%s", l.holds, l.fails-1, doubt)
}

// check says what is known of the one number that is asked about.
func (l *level) check(n int) screen.Line {
	switch {
	case l.holds >= n && l.sure:
		return screen.Text(screen.Bold, "holds")
	case l.fails > 0 && l.fails <= n && l.sureFails:
		return screen.Text(screen.Bold, "does not hold")
	case l.holds >= n:
		return screen.Text(screen.Normal, "holds?")
	case l.fails > 0 && l.fails <= n:
		return screen.Text(screen.Normal, "does not hold?")
	}
	return screen.Text(screen.Dim, "not known yet")
}

func agents(n int) string {
	if n == 1 {
		return "1 agent"
	}
	return fmt.Sprintf("%d agents", n)
}
