package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// Live shows progress: lines that stay and, on a terminal, a last line that is redrawn.
// It is not safe for concurrent use.
type Live struct {
	out      io.Writer
	terminal bool
	drawn    bool
}

// Live returns progress on standard error, redrawn if that is a terminal.
func (p Program) Live() *Live {
	out := p.screen
	l := &Live{out: out}
	if f, ok := out.(*os.File); ok {
		if info, err := f.Stat(); err == nil {
			l.terminal = info.Mode()&os.ModeCharDevice != 0
		}
	}
	return l
}

// Redraw replaces the last line; it does nothing except on a terminal.
func (l *Live) Redraw(format string, args ...any) {
	if l.terminal {
		// Truncated, since a line that wraps cannot be redrawn.
		fmt.Fprintf(l.out, "\r\x1b[K%.79s", plain.Text(fmt.Sprintf(format, args...)))
		l.drawn = true
	}
}

// Line shows a line that stays.
func (l *Live) Line(format string, args ...any) {
	l.Clear()
	fmt.Fprintln(l.out, plain.Lines(fmt.Sprintf(format, args...)))
}

// Warn shows each warning as a line that stays.
func (l *Live) Warn(warnings []string) {
	for _, w := range warnings {
		l.Line("warning: %s", plain.Text(w))
	}
}

// Clear removes the redrawn line.
func (l *Live) Clear() {
	if l.drawn {
		fmt.Fprint(l.out, "\r\x1b[K")
		l.drawn = false
	}
}
