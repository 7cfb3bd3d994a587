package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// notes shows what package fleet logs, a line each.
type notes struct {
	mu    sync.Mutex
	quiet bool
	line  func(format string, args ...any)
}

// to sets where lines go from now on.
func (n *notes) to(line func(format string, args ...any)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.line = line
}

func (n *notes) say(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.quiet {
		n.line(format, args...)
	}
}

// Enabled implements [slog.Handler].
func (n *notes) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

// Handle implements [slog.Handler].
func (n *notes) Handle(_ context.Context, r slog.Record) error {
	var about []string
	r.Attrs(func(a slog.Attr) bool {
		if text := a.Value.String(); text != "" {
			about = append(about, a.Key+" "+text)
		}
		return true
	})
	text := r.Message
	if len(about) > 0 {
		text += ": " + strings.Join(about, ", ")
	}
	n.say("%s", text)
	return nil
}

// WithAttrs implements [slog.Handler]. Nothing that logs here has any.
func (n *notes) WithAttrs([]slog.Attr) slog.Handler { return n }

// WithGroup implements [slog.Handler].
func (n *notes) WithGroup(string) slog.Handler { return n }

// liner returns what shows lines of the program.
func (i invocation) liner() func(format string, args ...any) {
	return func(format string, args ...any) {
		fmt.Fprintf(i.program.Stderr, name+": %s\n", strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n  "))
	}
}
