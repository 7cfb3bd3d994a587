package screen

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/internal/screen/screentest"
)

// fake is a device over a terminal of the tests. Every write has to leave it as it should be:
// that is what makes any end of the program a clean one.
type fake struct {
	t *testing.T

	mu            sync.Mutex
	terminal      *screentest.Terminal
	columns, rows int
	away          bool // in the background
	writes        int
	continues     chan os.Signal
}

func newFake(t *testing.T, columns, rows int) (*Screen, *fake) {
	f := &fake{t: t, terminal: screentest.New(columns, rows), columns: columns, rows: rows, continues: make(chan os.Signal)}
	s := New(f, false, env("TERM", "xterm", "LANG", "en_US.UTF-8"))
	s.start(f)
	return s, f
}

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func (f *fake) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes++
	f.terminal.Write(p)
	if wrong := f.terminal.Wrong(); wrong != "" {
		f.t.Errorf("after %q: %s", p, wrong)
	}
	return len(p), nil
}

func (f *fake) size() (int, int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.columns, f.rows
}

func (f *fake) ours() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.away
}

func (f *fake) resumed() <-chan os.Signal { return f.continues }

func (f *fake) resize(columns, rows int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.columns, f.rows = columns, rows
	f.terminal.Resize(columns, rows)
}

// shell is what others write to the terminal.
func (f *fake) shell(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.terminal.Write([]byte(text))
}

// see waits for the next frame and compares what is to be seen.
func (f *fake) see(when, want string) {
	f.t.Helper()
	time.Sleep(interval)
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	if got := f.terminal.Text(); got != want {
		f.t.Errorf("%s: to be seen is\n%s\nwant\n%s", when, got, want)
	}
}

func view(lines ...string) View {
	return func(Look) (frame []Line) {
		for _, text := range lines {
			frame = append(frame, Text(Bold, "%s", text))
		}
		return frame
	}
}

// What is to be seen is the latest frame under the lines that stay, with nothing of those before
// it, whatever their sizes.
func TestFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := newFake(t, 20, 6)
		f.shell("$ program\r\n")
		f.see("before", "$ program\n")
		s.Show(view("first", "frame", "of three"))
		f.see("a frame", "$ program\nfirst\nframe\nof three\n")
		f.see("no other", "$ program\nfirst\nframe\nof three\n")
		if f.writes != 1 {
			t.Errorf("%d writes for one frame", f.writes)
		}
		s.Show(view("a"))
		f.see("a shorter frame", "$ program\na\n")
		s.Line("warning: %s", "it stays")
		s.Line("and this is longer than the terminal")
		f.see("lines above it", "$ program\nwarning: it stays\nand this is longer than the terminal\na\n")
		s.Show(view("1", "2", "3", "4", "5", "6", "7"))
		f.see("lower than the screen", "$ program\nwarning: it stays\nand this is longer than the terminal\n1\n2\n3\n4\n5\n")
		s.Show(view("x", strings.Repeat("wide", 10), "東京東京東京東京東京東京"))
		f.see("cut to the width", "$ program\nwarning: it stays\nand this is longer than the terminal\nx\nwidewidewidewidewid…\n東京東京東京東京東…\n")
		f.resize(9, 12)
		s.Show(view("y", strings.Repeat("wide", 10)))
		f.see("narrower", "$ program\nwarning: it stays\nand this is longer than the terminal\ny\nwidewide…\n")
		f.resize(40, 24)
		f.see("wider", "$ program\nwarning: it stays\nand this is longer than the terminal\ny\n"+strings.Repeat("wide", 10)+"\n")
		f.shell("^C")
		s.Show(view("z"))
		f.see("what the terminal echoed", "$ program\nwarning: it stays\nand this is longer than the terminal\nz\n")
		s.Line("the last")
		s.Close()
		s.Close()
		f.see("closed", "$ program\nwarning: it stays\nand this is longer than the terminal\nthe last\n")
	})
}

// A terminal that becomes lower pushes out at its top what it has no room for. Of a frame that
// still fits nothing is left there, and of another what was pushed out, once, however many frames
// follow.
func TestLowerTerminal(t *testing.T) {
	for rows, left := range map[int]string{9: "", 7: "", 6: "1\n", 3: "1\n2\n3\n4\n"} {
		synctest.Test(t, func(t *testing.T) {
			s, f := newFake(t, 20, 10)
			f.shell("$ program\r\n")
			frame := []string{"1", "2", "3", "4", "5", "6"}
			s.Show(view(frame...))
			f.see("at first", "$ program\n1\n2\n3\n4\n5\n6\n")
			f.resize(20, rows)
			for range 4 {
				frame[0] += "x"
				s.Show(view(frame...))
				f.see(fmt.Sprint(rows, " rows"), "$ program\n"+left+strings.Join(frame[:min(6, rows-1)], "\n")+"\n")
			}
			s.Close()
			f.see("closed", strings.TrimRight("$ program\n"+left, "\n")+"\n")
		})
	}
}

// Views come as often as they like; frames do not.
func TestRateIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := newFake(t, 40, 10)
		for i := range 10_000 {
			s.Show(view(fmt.Sprint("frame ", i)))
			time.Sleep(time.Millisecond)
		}
		s.Close()
		if f.writes > 10*4+1 {
			t.Errorf("%d frames in 10 s", f.writes)
		}
		f.see("closed", "\n")
	})
}

// stuck is a terminal that takes nothing, as after Ctrl-S.
type stuck struct{ free chan struct{} }

func (s stuck) Write(p []byte) (int, error) { <-s.free; return len(p), nil }
func (s stuck) size() (int, int)            { return 80, 24 }
func (s stuck) ours() bool                  { return true }
func (s stuck) resumed() <-chan os.Signal   { return nil }

// A terminal that is stuck holds up nobody but Close.
func TestStuckTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := stuck{make(chan struct{})}
		s := New(d, false, env("TERM", "xterm"))
		s.start(d)
		began := time.Now()
		for i := range 1000 {
			s.Show(view("a", "b"))
			s.Line("%d", i)
			time.Sleep(interval)
		}
		if time.Since(began) != 1000*interval {
			t.Errorf("it took %v", time.Since(began))
		}
		close(d.free)
		s.Close()
	})
}

// In the background nothing is drawn, and nothing of what the shell writes is lost; the same
// after a stop.
func TestBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := newFake(t, 40, 10)
		s.Show(view("one", "two"))
		f.see("at first", "one\ntwo\n")
		f.mu.Lock()
		f.away = true
		f.mu.Unlock()
		s.Show(view("three"))
		f.shell("$ ls\r\nfile\r\n")
		f.see("in the background", "one\ntwo\n$ ls\nfile\n")
		f.shell("$ fg\r\n")
		f.mu.Lock()
		f.away = false
		f.mu.Unlock()
		f.see("again", "one\ntwo\n$ ls\nfile\n$ fg\nthree\n")
		f.shell("^Z\r\n$ fg\r\n")
		f.continues <- os.Interrupt // whatever it is
		s.Show(view("four"))
		f.see("stopped and gone on", "one\ntwo\n$ ls\nfile\n$ fg\nthree\n^Z\n$ fg\nfour\n")
		s.Line("stays")
		s.Close()
		f.see("closed", "one\ntwo\n$ ls\nfile\n$ fg\nthree\n^Z\n$ fg\nstays\n")
	})
}

// A view that breaks does not break the program, and what others have named not the frame.
func TestHostileViews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := newFake(t, 60, 10)
		s.Show(func(Look) []Line { panic("oh\n\x1b[2J") })
		f.see("a panic", `this view broke, the measurement goes on: oh\n\u001b[2J`+"\n")
		s.Show(view("\x1b[2J\x1b[?25l", "two\r\nlines\tof\u202e", "cut\xff\x1b"))
		s.Line("a line\x1b[?1049h of\rothers")
		want := `a line\u001b[?1049h of\rothers` + "\n" + `\u001b[2J\u001b[?25l` + "\n" + `two\r\nlines\tof\u202e` + "\ncut\ufffd" + `\u001b` + "\n"
		f.see("hostile texts", want)
		s.Close()
	})
}

// Where nothing is redrawn, lines come at once and views not at all.
func TestLines(t *testing.T) {
	var out bytes.Buffer
	s := New(&out, false, env("TERM", "xterm"))
	s.Show(view("a"))
	s.Line("two %s", "words\x1b[0m")
	s.Close()
	if out.String() != `two words\u001b[0m`+"\n" || s.Live() {
		t.Errorf("%q", out.String())
	}
	out.Reset()
	s = New(&out, true, env("TERM", "xterm"))
	s.Line("two")
	s.Close()
	if out.Len() > 0 {
		t.Errorf("a quiet one shows %q", out.String())
	}
}

// The null device is a character device, and no terminal.
func TestNoTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if s := New(null, false, env("TERM", "xterm")); s.Live() {
		t.Error(os.DevNull + " counts as a terminal")
	}
}

func TestLook(t *testing.T) {
	for _, tt := range []struct {
		env            []string
		color, unicode bool
		inPlace        bool
	}{
		{[]string{"TERM", "xterm", "LANG", "de_DE.UTF-8"}, true, true, true},
		{[]string{"TERM", "xterm", "LANG", "C", "LC_ALL", "C.utf8"}, true, true, true},
		{[]string{"TERM", "xterm", "LANG", "en_US.UTF-8", "LC_ALL", "C"}, true, false, true},
		{[]string{"TERM", "xterm", "LANG", "en_US.UTF-8", "NO_COLOR", "1"}, false, true, true},
		{[]string{"TERM", "xterm", "LANG", "ja_JP.UTF-8"}, true, false, true},
		{[]string{"TERM", "linux"}, true, false, true},
		{[]string{"TERM", "dumb", "LANG", "en_US.UTF-8"}, true, true, false},
		{nil, true, false, false},
	} {
		get := env(tt.env...)
		if l := NewLook(0, 0, get); l.Color != tt.color || (l.Marks == unicodeMarks) != tt.unicode || inPlace(get) != tt.inPlace || l.Width != 80 || l.Height != 24 {
			t.Errorf("%q: %+v, in place %v", tt.env, l, inPlace(get))
		}
	}
}
