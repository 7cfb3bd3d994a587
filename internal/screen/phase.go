package screen

import (
	"fmt"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
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
	// Longest is the time it takes at most; 0 if that is not known.
	Longest time.Duration
	// About stands in front of the estimate where it is one.
	About string
	// Promises are shown as intervals, one below the other.
	Promises []Promise
	// Speed and TTFT are what the window shows so far, in words and then, for a narrow
	// terminal, in fewer; empty while unknown.
	Speed, TTFT [2]string
	// Rate is its throughput in output tokens per second; nil while unknown.
	Rate *float64
	// InFlight, Failed and Ended count requests, which are called What.
	InFlight, Failed, Ended int
	What                    string
	// Client says how the client fares; nil while unknown.
	Client *metrics.ClientCheck
	// Stage is what it does, and Pending what it waits for.
	Stage   string
	Pending []string
}

// Phase returns the lines about a phase: its time, the promises, what happens now, and failures.
func (l Look) Phase(p Phase) []Line {
	name := func(text string) Line { return Text(Normal, "  %-10s", text) }
	columns, note := BarColumns, "  "+p.took()
	if !l.Wide() {
		note = " " + p.tookShort()
		columns = max(8, min(columns, l.Width-12-len(note)))
	}
	share := 1.0
	if !p.Over {
		share = p.Elapsed.Seconds() / max(p.Estimate, p.Elapsed, 1).Seconds()
	}
	lines := []Line{name("time").With(l.Progress(share, columns)).And(Normal, "%s", note)}
	for _, c := range p.Promises {
		text := " " + Percent(c.Share)
		if l.Wide() {
			text = fmt.Sprintf("  %s of %s, limit %s", Percent(c.Share), p.What, Percent(c.Limit))
		}
		lines = append(lines, name(c.Name).With(l.interval(c, columns)).And(Normal, "%s", text))
	}
	style := Normal
	if p.Failed > 0 {
		style = Yellow
	}
	failed := name("failed").And(style, "%s of %s %s", Count(int64(p.Failed)), Count(int64(p.Ended)), p.What)
	return append(lines, l.now(name("now"), p), failed.And(Normal, "%s", l.client(p.Client)))
}

// now says what happens.
func (l Look) now(line Line, p Phase) Line {
	words := 0
	if !l.Wide() {
		words = 1
	}
	for _, of := range [][2]string{p.Speed, p.TTFT} {
		if of[words] != "" {
			line = line.And(Normal, "%s, ", of[words])
		}
	}
	if p.Rate != nil {
		line = line.And(Normal, "%s tok/s", Round(*p.Rate))
		if l.Wide() && p.Speed[0] != "" {
			line = line.And(Normal, " in all")
		}
		line = line.And(Normal, ", ")
	}
	line = line.And(Normal, "%d in flight, %s", p.InFlight, p.Stage)
	if l.Wide() && len(p.Pending) > 0 {
		line = line.And(Dim, " (%s)", strings.Join(p.Pending, ", "))
	}
	return line
}

// client says how late the client is and how busy.
func (l Look) client(c *metrics.ClientCheck) string {
	if c == nil {
		return ""
	}
	text := fmt.Sprintf("; client %.1f ms late", c.LagSeconds*1e3)
	if c.CPUShare != nil && l.Width >= 60 {
		text += fmt.Sprintf(", %.0f %% CPU", *c.CPUShare*100)
	}
	return text
}

// took says how long a phase takes. Past its estimate, that was too short.
func (p Phase) took() string {
	switch {
	case p.Over:
		return "took " + tenths(p.Elapsed)
	case p.Elapsed > p.Estimate:
		return fmt.Sprintf("%s, %s more than %s%s", tenths(p.Elapsed), tenths(p.Elapsed-p.Estimate), p.About, seconds(p.Estimate))
	}
	text := fmt.Sprintf("%s of %s%s", tenths(p.Elapsed), p.About, seconds(p.Estimate))
	if p.Longest > p.Estimate+p.Estimate/10 {
		text += ", at most " + seconds(p.Longest)
	}
	return text
}

// tookShort is took for a narrow terminal.
func (p Phase) tookShort() string {
	elapsed, about := fmt.Sprintf("%.0f", p.Elapsed.Seconds()), strings.Replace(p.About, "about ", "~", 1)
	if p.Estimate < 10*time.Second {
		elapsed = fmt.Sprintf("%.1f", p.Elapsed.Seconds())
	}
	switch {
	case p.Over:
		return elapsed + " s"
	case p.Elapsed > p.Estimate:
		return fmt.Sprintf("%s s > %s%s", elapsed, about, seconds(p.Estimate))
	}
	return fmt.Sprintf("%s of %s%s", elapsed, about, seconds(p.Estimate))
}

func tenths(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// Milliseconds writes a short time: 9 ms, 179 ms, 2.50 s.
func Milliseconds(s float64) string {
	switch {
	case s < 0.0095:
		return fmt.Sprintf("%.1f ms", s*1e3)
	case s < 0.9995:
		return fmt.Sprintf("%.0f ms", s*1e3)
	}
	return fmt.Sprintf("%.2f s", s)
}

// seconds writes a time: what is short to a tenth of a second, what is long to a minute.
func seconds(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= 10*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
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
