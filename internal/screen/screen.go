// Package screen shows progress: lines that stay and, on a terminal, a frame under them that is
// redrawn in place.
//
// Whatever ends the program leaves the terminal as it should be, without being told: a frame is
// one write that begins and ends at the first column of the line under it, in the normal style.
// The cursor is never hidden, no mode of the terminal is changed, and there is no other screen
// to return from. A panic, a second Ctrl-C or a kill leave the last frame above what follows. So
// does a terminal that is made lower than a frame with the lines that it pushes out: no program
// can take back what has scrolled off.
package screen

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/internal/plain"
)

// interval is the time between two frames: four a second look alive, and what they show changes
// twice a second. More would only cost a slow connection, and the processor of the measurement.
const interval = 250 * time.Millisecond

// A View draws what is known. It is called by another goroutine than the one that showed it,
// more than once, and must not share what still changes. Lines beyond the height are left out.
type View func(Look) []Line

// A Screen shows progress. Its methods are safe for concurrent use, and none but Close waits for
// the terminal: what draws is a goroutine of its own, which knows the latest view only.
type Screen struct {
	out    io.Writer
	quiet  bool
	device device // nil where nothing is redrawn

	mu    sync.Mutex
	lines []string // that stay, and are not written yet
	view  View

	getenv func(string) string
	once   sync.Once
	end    chan struct{} // closed to end the drawing
	ended  chan struct{} // closed by its end

	// Of the drawing goroutine alone.
	drawn []string // the lines of the last frame as they were written
	wide  []int    // and their widths
}

// A device is a terminal.
type device interface {
	// size returns columns and rows; 0 where they are unknown.
	size() (columns, rows int)
	// ours reports whether the program is in the foreground. In the background the screen
	// belongs to another.
	ours() bool
	// resumed receives when the program goes on after it was stopped: nobody knows then what
	// is on the screen. It may be nil.
	resumed() <-chan os.Signal
}

// New returns a screen on out, which redraws if that is a terminal and its environment does not
// say otherwise; [Screen.Close] has to be called. A quiet one shows nothing at all.
func New(out io.Writer, quiet bool, getenv func(string) string) *Screen {
	s := &Screen{out: out, quiet: quiet, getenv: getenv}
	if f, ok := out.(interface{ Fd() uintptr }); ok && !quiet && inPlace(getenv) {
		if d := terminal(f.Fd(), getenv); d != nil {
			s.start(d)
		}
	}
	return s
}

// start draws on a device from now on.
func (s *Screen) start(d device) {
	s.device, s.end, s.ended = d, make(chan struct{}), make(chan struct{})
	go s.draw()
}

// Live reports whether views are drawn. Where they are not, lines have to say it all.
func (s *Screen) Live() bool { return s.device != nil }

// Line shows a line that stays; one of several lines is shown as it is.
func (s *Screen) Line(format string, args ...any) {
	if s.quiet {
		return
	}
	text := plain.Lines(fmt.Sprintf(format, args...)) + "\n"
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.device == nil {
		io.WriteString(s.out, text)
		return
	}
	s.lines = append(s.lines, text)
}

// Show shows a view from the next frame on, until there is another one. Nil is none.
func (s *Screen) Show(v View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.view = v
}

// Close takes the frame off the screen; lines stay. Nothing may be shown after it.
func (s *Screen) Close() {
	if s.device == nil {
		return
	}
	s.once.Do(func() { close(s.end) })
	<-s.ended
}

// draw draws until the screen is closed.
func (s *Screen) draw() {
	defer close(s.ended)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if s.device.ours() {
				s.frame(s.next())
			} else {
				s.drawn = nil // the shell writes there now
			}
		case <-s.device.resumed():
			s.drawn = nil
		case <-s.end:
			lines, _ := s.next()
			if !s.device.ours() {
				s.drawn = nil
			}
			s.frame(lines, nil)
			return
		}
	}
}

// next returns what is to be shown.
func (s *Screen) next() (lines string, v View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines, s.lines = strings.Join(s.lines, ""), nil
	return lines, s.view
}

// frame puts lines and the frame of a view under them where the last frame is.
func (s *Screen) frame(lines string, v View) {
	columns, rows := s.device.size()
	look := NewLook(columns, rows, s.getenv)
	var drawn []string
	var wide []int
	for _, line := range look.lines(v) {
		text := look.render(line)
		drawn, wide = append(drawn, text), append(wide, min(look.Width, line.Width()))
	}
	if lines == "" && slices.Equal(drawn, s.drawn) {
		return
	}
	var b strings.Builder
	if up := s.height(look.Width); up > 0 {
		fmt.Fprintf(&b, "\r\x1b[%dA", up) // cursor up
	}
	if len(s.drawn) > 0 && lines != "" {
		b.WriteString("\x1b[J") // erase below
	}
	b.WriteString(strings.ReplaceAll(lines, "\n", "\r\n"))
	for _, text := range drawn {
		b.WriteString("\x1b[K" + text + "\r\n") // erase the line, then write it
	}
	b.WriteString("\x1b[J")
	s.drawn, s.wide = drawn, wide
	io.WriteString(s.out, b.String()) // a terminal that is gone is no reason to end
}

// lines returns the frame of a view; none if there is no view. A view that panics is a mistake
// that must not end the measurement.
func (l Look) lines(v View) (lines []Line) {
	if v == nil {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			lines = []Line{Text(Normal, "this view broke, the measurement goes on: %v", p)}
		}
	}()
	lines = v(l)
	return lines[:min(len(lines), max(0, l.Height-1))]
}

// height returns how many rows the last frame takes on a terminal that is so wide now: those
// that have become narrower break lines anew.
func (s *Screen) height(columns int) (rows int) {
	for i := range s.drawn {
		rows += max(1, (s.wide[i]+columns-1)/columns)
	}
	return rows
}
