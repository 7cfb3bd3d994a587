package maxusers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/internal/screen"
	"github.com/agentperf/agentperf-go/metrics"
)

// A view is what is shown of a run on a terminal. It shares nothing with the one after it.
type view struct {
	title, rule string
	check       int  // the number that is asked about; 0 with none or several
	list        bool // there are several, and no search
	began       time.Time

	at     time.Time // of the event
	event  agentperf.Event
	levels []level
	top    int      // the largest number of agents so far
	rate   *float64 // output tokens per second since the window began
	rows   [][]string
}

const (
	// shortNote is the room for notes beside bars on a narrow terminal.
	shortNote = 9
	// latest is how many phases the table has, which are those around the limit at the end.
	latest = 4
)

// what names what is done.
func (v *view) what() string {
	switch {
	case v.check > 0:
		return "check"
	case v.list:
		return "measurement"
	}
	return "search"
}

// lines draws the view.
func (v *view) lines(l screen.Look) []screen.Line {
	if l.Width < screen.Narrow {
		return []screen.Line{screen.Text(screen.Normal, "%s", v.line())}
	}
	head := l.Head(v.title, v.rule, v.began, v.left(l.Now))
	return l.Stack(append([]screen.Line{head}, v.brackets(l)...), v.phase(l), v.table(l))
}

// left says how much longer the run takes.
func (v *view) left(now time.Time) string {
	left := v.event.Remaining
	if v.event.Result == nil {
		left -= max(0, now.Sub(v.at))
	}
	if left < time.Second {
		return "nearly done"
	}
	return "about " + screen.Clock(left) + " left"
}

// brackets draws a bar for each level, on one scale, and above them the number that is being
// measured.
func (v *view) brackets(l screen.Look) []screen.Line {
	label := 0
	for i := range v.levels {
		label = max(label, plain.Width(plain.Text(v.levels[i].tier)))
	}
	label = min(label, l.Width/3) + 2
	var lines []screen.Line
	if v.check > 0 {
		for i := range v.levels {
			lines = append(lines, v.label(l, i, label).And(screen.Normal, "%s: ", agents(v.check)).With(v.levels[i].check(v.check)))
		}
		return append([]screen.Line{nil}, lines...)
	}
	s := screen.Scale{Top: max(2, v.top), Columns: screen.BarColumns}
	if !l.Wide() {
		s.Columns = max(8, min(screen.BarColumns, l.Width-label-1-shortNote))
	}
	margin := screen.Line(nil).Pad(label)
	lines = append(lines, margin.With(l.Here(s, v.event.Agents)))
	if v.event.Stage == "starting" {
		lines[0] = nil
	}
	for i := range v.levels {
		note := v.levels[i].short()
		if l.Wide() {
			note = screen.Text(screen.Normal, " ").With(v.levels[i].note())
		}
		bar := l.Bracket(s, v.levels[i].holds, v.levels[i].fails)
		lines = append(lines, v.label(l, i, label).With(bar).And(screen.Normal, " ").With(note))
	}
	top := strconv.Itoa(s.Top)
	return append(lines, margin.And(screen.Dim, "1%s%s", strings.Repeat(" ", max(1, s.Columns-1-len(top))), top))
}

// label names a level in a number of columns.
func (v *view) label(l screen.Look, i, columns int) screen.Line {
	return screen.Text(screen.Normal, "%s", plain.Cut(plain.Text(v.levels[i].tier), columns-2, l.Marks.Cut)).Pad(columns)
}

// phase says how far the phase under way has come.
func (v *view) phase(l screen.Look) []screen.Line {
	e := &v.event
	switch {
	case e.Stage == "starting":
		return nil
	case e.Stage == "auditing":
		return []screen.Line{screen.Text(screen.Bold, "Audit at %s", agents(e.Agents)), screen.Text(screen.Normal, "  %d requests done", e.Requests)}
	}
	title := screen.Text(screen.Bold, "Phase %d, %s", e.Phase, agents(e.Agents))
	if tiers := v.wanted(); tiers != "" && v.check == 0 && l.Wide() {
		title = title.And(screen.Dim, ", for %s", tiers)
	}
	return append([]screen.Line{title}, l.Phase(screen.Phase{
		Elapsed: e.Elapsed, Estimate: e.Estimate, Longest: e.Longest, About: "about ", Over: e.Result != nil,
		Promises: v.promises(l), Speed: v.speed(), TTFT: v.ttft(), Rate: v.rate, Client: v.client(),
		InFlight: e.InFlight, Failed: e.Failed, Ended: e.Requests - e.InFlight, What: "requests", Stage: e.Stage, Pending: e.Pending,
	})...)
}

// promises are those of the levels that the phase is for: of the first of them where there is
// little room. A phase that is over has a row in the table.
func (v *view) promises(l screen.Look) (all []screen.Promise) {
	if v.event.Result != nil {
		return nil
	}
	anyone := !slices.ContainsFunc(v.levels, func(l level) bool { return l.wanted })
	for i, of := range v.event.Criteria {
		if i >= len(v.levels) || !v.levels[i].wanted && !anyone {
			continue
		}
		for _, c := range of {
			if c.Requests == 0 { // not yet
				continue
			}
			p := screen.Promise{Name: "too slow", Share: c.Estimate, High: 1, Limit: c.Limit}
			if c.Name == "ttft" {
				p.Name = "too late"
			}
			if c.Lower != nil && c.Upper != nil {
				p.Low, p.High = *c.Lower, *c.Upper
			}
			all = append(all, p)
		}
		if len(all) > 0 { // two levels would be told apart by their limits alone
			break
		}
	}
	return all
}

// figures are those of the phase so far, or of one that is over; nil without any.
func (v *view) figures() *agentperf.Figures {
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
	if f := v.figures(); f != nil && f.P25Speed != nil {
		text[1] = fmt.Sprintf("P25 %s", screen.Round(*f.P25Speed))
		text[0] = text[1] + " tok/s"
	}
	return text
}

func (v *view) ttft() (text [2]string) {
	if f := v.figures(); f != nil && f.P95TTFT != nil {
		text[1] = "TTFT " + screen.Milliseconds(*f.P95TTFT)
		text[0] = "P95 " + text[1]
	}
	return text
}

// wanted names the levels that the phase is for.
func (v *view) wanted() string {
	var tiers []string
	for i := range v.levels {
		if v.levels[i].wanted {
			tiers = append(tiers, v.levels[i].tier)
		}
	}
	return strings.Join(tiers, " and ")
}

// table has the latest phases.
func (v *view) table(l screen.Look) []screen.Line {
	if len(v.rows) == 0 {
		return nil
	}
	heads := []string{"Phase", "Agents", "P25, tok/s", "P95 TTFT, s", "Failed", "Output, tok/s"}
	if !l.Wide() {
		heads = []string{"Phase", "Agents", "P25", "TTFT", "Failed", "tok/s"}
	}
	for i := range v.levels {
		heads = append(heads, v.levels[i].tier)
	}
	var lines []screen.Line
	for _, without := range [][]int{nil, {5}, {4, 5}, {0, 4, 5}, {0, 3, 4, 5}} { // what a narrow terminal has no room for
		var t plain.Table
		t.Numbers(except(heads, without)...)
		for _, row := range v.rows {
			t.Row(except(row, without)...)
		}
		if lines = screen.Table(&t); lines[0].Width() <= l.Width {
			break
		}
	}
	return lines
}

// except returns the cells but for those of some columns.
func except(cells []string, columns []int) (rest []string) {
	for i, text := range cells {
		if !slices.Contains(columns, i) {
			rest = append(rest, text)
		}
	}
	return rest
}

// row is what the table has of a phase.
func row(e agentperf.Event) []string {
	f := e.Result.Figures
	cells := []string{strconv.Itoa(e.Phase), strconv.Itoa(e.Agents), "", "", "", ""}
	if f != nil {
		cells[4], cells[5] = fmt.Sprintf("%d/%d", f.Failed, f.Requests), screen.Round(f.OutputTokensPerSecond)
		if f.P25Speed != nil {
			cells[2] = fmt.Sprintf("%.1f", *f.P25Speed)
		}
		if cells[3] = f.P95TTFTState; f.P95TTFT != nil {
			cells[3] = fmt.Sprintf("%.3f", *f.P95TTFT)
		}
	}
	for _, verdict := range e.Result.Verdicts {
		cells = append(cells, word(verdict))
	}
	return cells
}

// word is a verdict in a word, with a question mark where it is tentative.
func word(v agentperf.TierVerdict) string {
	if v.Tentative != "" {
		return string(v.Tentative) + "?"
	}
	return string(v.Verdict)
}

// line is the view in one line, for a terminal that has no room for more.
func (v *view) line() string {
	var parts []string
	for i := range v.levels {
		var text strings.Builder
		for _, s := range v.levels[i].short() {
			text.WriteString(s.Text)
		}
		parts = append(parts, text.String())
	}
	return fmt.Sprintf("phase %d, N %d: %s", v.event.Phase, v.event.Agents, strings.Join(parts, " "))
}
