package broker

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/natsbus"
)

// A client that never reads is cut, and nobody waits for it.
func TestSlowConsumer(t *testing.T) {
	notes := make(notesTo, 1000)
	s := start(t, Config{Fleet: "test", writeDeadline: time.Second, Logger: slog.New(notes)})
	slow, err := rawDial(t, s.URL(), "slow", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := slow.do("SUB agentperf.test.to.slow 1\r\n"); err != nil {
		t.Fatal(err)
	}
	dial, secret := s.Controller()
	a, err := natsbus.Dial(t.Context(), natsbus.Config{URL: s.URL(), Name: bus.Controller, Secret: secret, Dial: dial})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := natsbus.Dial(t.Context(), natsbus.Config{URL: s.URL(), Name: "b"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	const n = 100 // megabytes, more than is kept for anyone
	got := make(chan int, n)
	if err := b.Subscribe(bus.To("test", "b"), func(_ string, data []byte) { got <- int(data[0]) }); err != nil {
		t.Fatal(err)
	}
	big := make([]byte, bus.MaxMessage)
	for i := range n {
		if err := a.Publish(bus.To("test", "slow"), big); err != nil {
			t.Fatal(err)
		}
		if err := a.Publish(bus.To("test", "b"), []byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		if j := <-got; j != i {
			t.Fatalf("message %d in place of %d", j, i)
		}
	}
	for note := range notes {
		if strings.Contains(note, "Slow Consumer") {
			break
		}
	}
	if size, err := io.Copy(io.Discard, slow.r); size > maxPending {
		t.Errorf("%d bytes came (%v)", size, err)
	}
}

// notesTo is a slog.Handler that sends the messages.
type notesTo chan string

func (n notesTo) Enabled(context.Context, slog.Level) bool { return true }
func (n notesTo) WithAttrs([]slog.Attr) slog.Handler       { return n }
func (n notesTo) WithGroup(string) slog.Handler            { return n }
func (n notesTo) Handle(_ context.Context, r slog.Record) error {
	select {
	case n <- r.Message:
	default:
	}
	return nil
}
