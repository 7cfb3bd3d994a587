package screen

import (
	"fmt"
	"strings"
	"time"
)

const (
	// wideColumns is where bars and notes in full words fit beside each other.
	wideColumns = 84
	// BarColumns is the length of bars then: numbers up to 40 are apart on them.
	BarColumns = 44
	// Narrow is where no bar is legible: a view has one line then.
	Narrow = 40
)

// Wide reports whether notes have room for full words.
func (l Look) Wide() bool { return l.Width >= wideColumns }

// Head is the first line of a view: what is measured and how, since when, and how long it takes.
func (l Look) Head(title, how string, began time.Time, left string) Line {
	line := Text(Bold, "%s", title)
	if l.Wide() && how != "" {
		line = line.And(Dim, "  %s", how)
	}
	return l.Ends(line, Text(Normal, "elapsed %s, %s", Clock(l.Now.Sub(began)), left))
}

// A Phase is how far a part of a run has come.
type Phase struct {
	// Elapsed is its time so far, Estimate that of the whole; Over says that it has ended.
	Elapsed, Estimate time.Duration
	Over              bool
	// About stands in front of the estimate where it is one.
	About string
	// Rate is its throughput in output tokens per second; nil while unknown.
	Rate *float64
	// InFlight, Failed and Ended count requests, which are called What.
	InFlight, Failed, Ended int
	What                    string
	// Stage is what it does, and Pending what it waits for.
	Stage   string
	Pending []string
}

// Phase returns the lines about a phase: its time, what happens now, and failures.
func (l Look) Phase(p Phase) []Line {
	name := func(text string) Line { return Text(Normal, "  %-8s", text) }
	columns := BarColumns
	note := fmt.Sprintf("  %.1f s of %s%s", p.Elapsed.Seconds(), p.About, seconds(p.Estimate))
	if !l.Wide() {
		note = fmt.Sprintf(" %.0f of %s%s", p.Elapsed.Seconds(), strings.Replace(p.About, "about ", "~", 1), seconds(p.Estimate))
		columns = max(8, min(columns, l.Width-10-len(note)))
	}
	share := 1.0
	if !p.Over {
		share = p.Elapsed.Seconds() / max(p.Estimate, p.Elapsed, 1).Seconds()
	}
	now := name("now")
	if p.Rate != nil {
		now = now.And(Normal, "%s tok/s, ", Round(*p.Rate))
	}
	now = now.And(Normal, "%d in flight, %s", p.InFlight, p.Stage)
	if l.Wide() && len(p.Pending) > 0 {
		now = now.And(Dim, " (%s)", strings.Join(p.Pending, ", "))
	}
	style := Normal
	if p.Failed > 0 {
		style = Yellow
	}
	return []Line{
		name("time").With(l.Progress(share, columns)).And(Normal, "%s", note),
		now,
		name("failed").And(style, "%s of %s %s", Count(int64(p.Failed)), Count(int64(p.Ended)), p.What),
	}
}

// seconds writes a time; what is short, to a tenth of a second.
func seconds(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}

// A Meter measures the throughput of a window as it goes on.
type Meter struct {
	on     bool
	from   time.Duration
	tokens int64
}

// Rate returns the output tokens per second since the window began; nil outside of a window and
// at its beginning. elapsed is the time since the phase began, and tokens its output so far.
func (m *Meter) Rate(measuring bool, elapsed time.Duration, tokens int64) *float64 {
	if !measuring || !m.on || elapsed < m.from || tokens < m.tokens { // a new phase
		*m = Meter{measuring, elapsed, tokens}
	}
	if !m.on || elapsed == m.from {
		return nil
	}
	return new(float64(tokens-m.tokens) / (elapsed - m.from).Seconds())
}
