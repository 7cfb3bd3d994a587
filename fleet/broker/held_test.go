package broker

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
)

// A log that blocks keeps no client waiting, be it one that is refused.
func TestLogHeld(t *testing.T) {
	free := make(chan struct{})
	s := start(t, Config{Logger: slog.New(blocking{slog.DiscardHandler, free})})
	t.Cleanup(func() { close(free) }) // before the broker is closed
	for range 2 {
		if _, err := rawDial(t, s.URL(), bus.Controller, "", nil); err == nil || !strings.Contains(err.Error(), "Authorization Violation") {
			t.Errorf("the refused one: %v", err)
		}
	}
	if _, err := rawDial(t, s.URL(), "a", "", nil); err != nil {
		t.Error(err)
	}
}

type blocking struct {
	slog.Handler
	free chan struct{}
}

func (b blocking) Enabled(context.Context, slog.Level) bool { <-b.free; return false }
