package broker

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/certtest"
	"github.com/agentperf/agentperf-go/fleet/internal/natsbus"
)

func TestWhereItListens(t *testing.T) {
	s := start(t, Config{})
	if !strings.HasPrefix(s.URL(), "nats://127.0.0.1:") {
		t.Error(s.URL())
	}
	for _, listen := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "127.0.0.1", "x", "127.0.0.1:http:x", strings.TrimPrefix(s.URL(), "nats://")} {
		if s, err := Start(Config{Listen: listen}); err == nil {
			t.Errorf("%s: it listens on %s", listen, s.URL())
			s.Close()
		} else if host, _, _ := net.SplitHostPort(listen); !strings.Contains(err.Error(), host) {
			t.Errorf("%s: %v", listen, err)
		}
	}
	authority := certtest.New(t)
	c := secured(t, authority)
	c.Listen = ":0"
	if s := start(t, c); !strings.HasPrefix(s.URL(), "tls://") {
		t.Error(s.URL())
	}
}

func TestConfigErrors(t *testing.T) {
	authority := certtest.New(t)
	junk := filepath.Join(t.TempDir(), "junk")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(c *Config){
		"expected 1 to 63":  func(c *Config) { c.Fleet = "a.b" },
		"all three or none": func(c *Config) { c.CAFile = "" },
		"no/such":           func(c *Config) { c.CAFile = "no/such" },
		"PEM":               func(c *Config) { c.CAFile = junk },
		"the key in":        func(c *Config) { c.KeyFile = junk },
	} {
		c := secured(t, authority)
		change(&c)
		if s, err := Start(c); err == nil {
			t.Errorf("%s: no error", want)
			s.Close()
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: expected it to say %s", err, want)
		}
	}
}

func TestMaxConnections(t *testing.T) {
	s := start(t, Config{maxConnections: 2})
	for _, name := range []string{"a", "b"} {
		if _, err := rawDial(t, s.URL(), name, "", nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := rawDial(t, s.URL(), "c", "", nil); err == nil || !strings.Contains(err.Error(), "maximum connections") {
		t.Errorf("a third one: %v", err)
	}
}

// A broker that goes and comes back at its port is found again by both ends. Nothing is
// sent meanwhile, and the publisher is told.
func TestRestart(t *testing.T) {
	var now atomic.Pointer[Server]
	first, err := Start(Config{Fleet: "test", secret: "s"})
	if err != nil {
		t.Fatal(err)
	}
	now.Store(first)
	lost, found := make(chan string, 100), make(chan string, 100)
	dial := func(c natsbus.Config) bus.Conn {
		t.Helper()
		c.URL = first.URL()
		c.Disconnected, c.Reconnected = func(error) { lost <- c.Name }, func() { found <- c.Name }
		conn, err := natsbus.Dial(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		return conn
	}
	a := dial(natsbus.Config{Name: bus.Controller, Secret: "s", Dial: func(ctx context.Context) (net.Conn, error) {
		dial, _ := now.Load().Controller()
		return dial(ctx)
	}})
	b := dial(natsbus.Config{Name: "b"})
	atA, atB := make(chan string, 10_000), make(chan string, 10_000)
	if err := a.Subscribe(bus.From("test", "*"), func(_ string, data []byte) { atA <- string(data) }); err != nil {
		t.Fatal(err)
	}
	if err := b.Subscribe(bus.To("test", "b"), func(_ string, data []byte) { atB <- string(data) }); err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		if err := now.Load().Close(); err != nil {
			t.Fatal(err)
		}
		<-lost
		<-lost
		for name, err := range map[string]error{"a": a.Publish(bus.To("test", "b"), []byte("old")), "b": b.Publish(bus.From("test", "b"), []byte("old"))} {
			if err == nil {
				t.Errorf("%s published without a broker", name)
			}
		}
		next, err := Start(Config{Fleet: "test", secret: "s", Listen: strings.TrimPrefix(first.URL(), "nats://")})
		if err != nil {
			t.Fatal(err)
		}
		now.Store(next)
		<-found
		<-found
		// The other's subscription may be a moment behind: sending again is up to the
		// messages.
		want := "new" + string(rune('0'+round))
		again := time.NewTicker(10 * time.Millisecond)
		for gotA, gotB := false, false; !gotA || !gotB; {
			_ = a.Publish(bus.To("test", "b"), []byte(want))
			_ = b.Publish(bus.From("test", "b"), []byte(want))
			select {
			case got := <-atA:
				gotA = gotA || got == want
				if got == "old" {
					t.Fatal("a message of before")
				}
			case got := <-atB:
				gotB = gotB || got == want
				if got == "old" {
					t.Fatal("a message of before")
				}
			case <-again.C:
			}
		}
		again.Stop()
	}
	now.Load().Close()
	now.Load().Close()
}
