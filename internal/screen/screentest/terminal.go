// Package screentest is a terminal for tests: it obeys what is written to it, as far as programs
// that draw in place need it, and says what is then to be seen.
package screentest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// A Terminal is a screen of columns and rows with all that has scrolled off above it. It is not
// safe for concurrent use.
type Terminal struct {
	// Strange are the sequences that it does not know, which no program may write.
	Strange []string
	// Hidden is whether the cursor is.
	Hidden bool
	// Styles counts the changes of style.
	Styles int

	columns, rows int
	lines         []line // the last rows of them are on the screen
	row, column   int    // row counts from the first of lines
	styled        bool
	rest          []byte // of a sequence or a character that is not whole
}

// A line is one row, and whether the row after it goes on with what did not fit.
type line struct {
	cells []string // of a wide character the second is empty
	wraps bool
}

// New returns an empty terminal.
func New(columns, rows int) *Terminal {
	return &Terminal{columns: columns, rows: rows, lines: []line{{}}}
}

// Write writes to the terminal.
func (t *Terminal) Write(p []byte) (int, error) {
	text := append(t.rest, p...)
	for len(text) > 0 {
		n := t.obey(text)
		if n == 0 {
			break
		}
		text = text[n:]
	}
	t.rest = append([]byte(nil), text...)
	return len(p), nil
}

// obey does what is first in the text and returns its length; 0 if it is not whole.
func (t *Terminal) obey(text []byte) int {
	switch c := text[0]; {
	case c == '\r':
		t.column = 0
	case c == '\n':
		t.down()
	case c == '\t':
		t.column = min(t.columns-1, t.column/8*8+8)
	case c == '\x1b':
		return t.escape(text)
	case c < ' ' || c == 0x7f:
		t.Strange = append(t.Strange, fmt.Sprintf("%q", c))
	case !utf8.FullRune(text):
		return 0
	default:
		r, n := utf8.DecodeRune(text)
		t.put(string(r))
		return n
	}
	return 1
}

func (t *Terminal) escape(text []byte) int {
	if len(text) < 2 {
		return 0
	}
	end := 2
	if text[1] == '[' {
		for end < len(text) && (text[end] < '@' || text[end] > '~') {
			end++
		}
		if end++; end > len(text) {
			return 0
		}
	}
	switch sequence := string(text[1:end]); {
	case sequence == "[K":
		t.lines[t.row].cut(t.column)
		t.lines[t.row].wraps = false
	case sequence == "[J":
		t.lines[t.row].cut(t.column)
		t.lines[t.row].wraps = false
		t.lines = t.lines[:t.row+1]
	case sequence == "[?25l":
		t.Hidden = true
	case sequence == "[?25h":
		t.Hidden = false
	case strings.HasSuffix(sequence, "A"):
		n, _ := strconv.Atoi(sequence[1 : len(sequence)-1])
		t.row = max(t.top(), t.row-max(1, n))
	case strings.HasSuffix(sequence, "m"):
		t.Styles++
		t.styled = sequence != "[0m"
	default:
		t.Strange = append(t.Strange, strconv.Quote(sequence))
	}
	return end
}

// top returns the first of the lines on the screen.
func (t *Terminal) top() int { return max(0, len(t.lines)-t.rows) }

func (t *Terminal) down() {
	if t.row++; t.row == len(t.lines) {
		t.lines = append(t.lines, line{})
	}
}

func (t *Terminal) put(char string) {
	width := plain.Width(char)
	if width == 0 {
		if cells := t.lines[t.row].cells; t.column > 0 && t.column <= len(cells) {
			cells[t.column-1] += char
		}
		return
	}
	if t.column+width > t.columns {
		t.lines[t.row].wraps = true
		t.down()
		t.column = 0
	}
	l := &t.lines[t.row]
	for len(l.cells) < t.column+width {
		l.cells = append(l.cells, " ")
	}
	l.cells[t.column] = char
	if width == 2 {
		l.cells[t.column+1] = ""
	}
	t.column += width
}

func (l *line) cut(column int) {
	if column < len(l.cells) {
		l.cells = l.cells[:column]
	}
}

// Resize gives the screen another size. Lines that were broken, or have to be, are broken anew,
// as most terminals do.
func (t *Terminal) Resize(columns, rows int) {
	old, row, column := t.lines, t.row, t.column
	t.columns, t.rows, t.lines, t.row, t.column = columns, rows, []line{{}}, 0, 0
	at, from := 0, 0
	for i, l := range old {
		if i > 0 && !old[i-1].wraps {
			t.down()
			t.column = 0
		}
		if i == row {
			at, from = t.row, t.column
		}
		for _, cell := range l.cells {
			if cell != "" {
				t.put(cell)
			}
		}
	}
	t.row, t.column = at, from+column
}

// Text returns all that is to be seen, also what has scrolled off, without spaces at the ends of
// lines and without empty lines at the end.
func (t *Terminal) Text() string {
	var b strings.Builder
	for _, l := range t.lines {
		text := strings.Join(l.cells, "")
		if !l.wraps {
			text = strings.TrimRight(text, " ") + "\n"
		}
		b.WriteString(text)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// Wrong returns what is wrong with the terminal as a program has left it; empty if nothing is.
func (t *Terminal) Wrong() string {
	switch {
	case len(t.Strange) > 0:
		return "strange: " + strings.Join(t.Strange, " ")
	case t.Hidden:
		return "the cursor is hidden"
	case t.styled:
		return "text would not be in the normal style"
	case t.column != 0 || len(t.lines[t.row].cells) > 0:
		return fmt.Sprintf("the cursor is at column %d of %q", t.column, strings.Join(t.lines[t.row].cells, ""))
	case t.row != len(t.lines)-1:
		return fmt.Sprintf("the cursor is %d lines above the end", len(t.lines)-1-t.row)
	case len(t.rest) > 0:
		return fmt.Sprintf("%q is not whole", t.rest)
	}
	return ""
}
