package screen

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// A Style is how text looks; without color all text looks the same, so that no style may say
// what the text does not.
type Style int

// The styles. Blue and yellow are told apart by color-blind people, on light and on dark
// backgrounds; there are no others.
const (
	Normal Style = iota
	Bold
	Dim    // of little weight
	Blue   // what holds
	Yellow // where the measurement is now
)

// sgr are the codes of the styles: ECMA-48, select graphic rendition.
var sgr = [...]string{Bold: "1", Dim: "2", Blue: "34", Yellow: "33"}

// A Span is text in a style. Its text may be of others: it is shown as [plain.Text] does.
type Span struct {
	Style Style
	Text  string
}

// A Line is one line of a frame.
type Line []Span

// Text returns a line in one style.
func Text(style Style, format string, args ...any) Line {
	return Line{{style, fmt.Sprintf(format, args...)}}
}

// And returns the line with text behind it.
func (l Line) And(style Style, format string, args ...any) Line {
	return append(l[:len(l):len(l)], Span{style, fmt.Sprintf(format, args...)})
}

// With returns the line with another behind it.
func (l Line) With(other Line) Line { return append(l[:len(l):len(l)], other...) }

// Width returns how many columns the line takes.
func (l Line) Width() (columns int) {
	for _, s := range l {
		columns += plain.Width(plain.Text(s.Text))
	}
	return columns
}

// Pad returns the line with spaces behind it that fill a number of columns.
func (l Line) Pad(columns int) Line {
	return l.And(Normal, "%s", strings.Repeat(" ", max(0, columns-l.Width())))
}

// Ends returns a line with one part at its left end and one at its right; what does not fit
// beside the right one is cut.
func (l Look) Ends(left, right Line) Line {
	room := l.Width - right.Width() - 2
	if room < 0 {
		return right
	}
	return append(l.cut(left, room).Pad(room+2), right...)
}

// cut returns the line, or what of it fits into a number of columns with a mark behind it.
func (l Look) cut(line Line, columns int) Line {
	if line.Width() <= columns {
		return line
	}
	var short Line
	for _, s := range line {
		text := plain.Text(s.Text)
		room := columns - short.Width()
		if plain.Width(text) < room { // one column is for the mark
			short = append(short, Span{s.Style, text})
			continue
		}
		return append(short, Span{s.Style, plain.Cut(text+" ", room, l.Marks.Cut)}) // more follows
	}
	return short
}

// render returns the line as it goes to the terminal: cut to the width, without spaces at its
// end, and in the normal style behind it.
func (l Look) render(line Line) string {
	var b strings.Builder
	spaces := ""
	for _, s := range l.cut(line, l.Width) {
		text := spaces + plain.Text(s.Text)
		trimmed := strings.Trim(text, " ")
		if trimmed == "" {
			spaces = text
			continue
		}
		before := len(text) - len(strings.TrimLeft(text, " "))
		b.WriteString(text[:before])
		spaces = text[before+len(trimmed):]
		if code := sgr[s.Style]; l.Color && code != "" {
			trimmed = "\x1b[" + code + "m" + trimmed + "\x1b[0m"
		}
		b.WriteString(trimmed)
	}
	return b.String()
}

// Render returns lines as they go to the terminal, each without its end.
func (l Look) Render(lines []Line) []string {
	texts := make([]string, len(lines))
	for i, line := range lines {
		texts[i] = l.render(line)
	}
	return texts
}

// Stack returns sections under each other with an empty line between them, without the last
// ones if they are too high for the screen.
func (l Look) Stack(sections ...[]Line) (lines []Line) {
	for i, s := range sections {
		if i > 0 && len(s) > 0 {
			s = append([]Line{nil}, s...)
		}
		if i > 0 && len(lines)+len(s) >= l.Height {
			break
		}
		lines = append(lines, s...)
	}
	return lines
}

// Table returns the lines of a table; its head is dim.
func Table(t *plain.Table) (lines []Line) {
	for text := range strings.Lines(t.String()) {
		style := Normal
		if len(lines) == 0 {
			style = Dim
		}
		lines = append(lines, Text(style, "%s", strings.TrimSuffix(text, "\n")))
	}
	return lines
}
