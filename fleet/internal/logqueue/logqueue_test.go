package logqueue

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// held is a handler that blocks while it is held, in every method.
type held struct {
	slog.Handler
	free chan struct{}
}

func (h held) Enabled(ctx context.Context, l slog.Level) bool {
	<-h.free
	return h.Handler.Enabled(ctx, l)
}

func (h held) WithAttrs(attrs []slog.Attr) slog.Handler {
	<-h.free
	return held{h.Handler.WithAttrs(attrs), h.free}
}

func (h held) WithGroup(name string) slog.Handler {
	<-h.free
	return held{h.Handler.WithGroup(name), h.free}
}

func text(b *bytes.Buffer) slog.Handler {
	return slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelInfo, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
}

// What is logged is what the handler itself would have written: levels, attributes, groups, order.
func TestSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := func(l *slog.Logger) {
			l.Info("one", "a", 1, slog.Group("g", "b", 2))
			l.Debug("none")
			with := l.With("c", 3).WithGroup("h").With("d", 4)
			with.Warn("two", "e", 5)
			l.Error("three")
			with.Debug("none")
			with.Info("four", "f", "x y")
		}
		var want, got bytes.Buffer
		log(slog.New(text(&want)))
		l, q := New(slog.New(text(&got)))
		log(l)
		q.Close()
		if got.String() != want.String() || strings.Count(got.String(), "\n") != 4 {
			t.Errorf("got\n%swant\n%s", &got, &want)
		}
		l.Info("after the end")
		q.Close()
		if got.String() != want.String() {
			t.Error("logged after the end")
		}
	})
}

// No log is no goroutine.
func TestNone(t *testing.T) {
	l, q := New(nil)
	l.Info("nothing")
	if q.writes != nil || len(q.waiting) > 0 {
		t.Error("something waits")
	}
	q.Close()
}

// A handler that blocks holds up nobody. Memory is bounded, and once it goes on the log says, in the
// place of what is missing, how much that is.
func TestHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		free := make(chan struct{})
		l, q := New(slog.New(held{text(&b), free}))
		begun := time.Now()
		l.With("x", 1).WithGroup("g").Info("first")
		synctest.Wait() // it is with the handler, so that there is room for all others
		const more = 123
		for i := range most + more {
			l.Info(fmt.Sprint("note ", i))
		}
		if time.Since(begun) > 0 {
			t.Errorf("logging took %v", time.Since(begun))
		}
		close(free)
		synctest.Wait()
		l.Info("last")
		q.Close()
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		if len(lines) != most+3 {
			t.Fatalf("%d lines, want %d", len(lines), most+3)
		}
		for line, want := range map[int]string{
			0: "level=INFO msg=first x=1", 1: `level=INFO msg="note 0"`, most: fmt.Sprintf(`level=INFO msg="note %d"`, most-1),
			most + 1: fmt.Sprintf(`level=WARN msg="the log was held up, and notes are missing" notes=%d`, more), most + 2: "level=INFO msg=last",
		} {
			if lines[line] != want {
				t.Errorf("line %d: %s, want %s", line, lines[line], want)
			}
		}
	})
}

// The end waits for a handler that takes its time, and for one that blocks no longer than it says.
func TestClose(t *testing.T) {
	for held, want := range map[time.Duration]time.Duration{300 * time.Millisecond: 300 * time.Millisecond, time.Hour: patience} {
		synctest.Test(t, func(t *testing.T) {
			free := make(chan struct{})
			l, q := New(slog.New(slowly{free}))
			l.Info("one")
			time.AfterFunc(held, func() { close(free) })
			begun := time.Now()
			q.Close()
			if took := time.Since(begun); took != want {
				t.Errorf("held for %v: it took %v, want %v", held, took, want)
			}
			<-free
		})
	}
}

type slowly struct{ free chan struct{} }

func (s slowly) Enabled(context.Context, slog.Level) bool  { return true }
func (s slowly) Handle(context.Context, slog.Record) error { <-s.free; return nil }
func (s slowly) WithAttrs([]slog.Attr) slog.Handler        { return s }
func (s slowly) WithGroup(string) slog.Handler             { return s }
