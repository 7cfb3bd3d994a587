package broker

import (
	"crypto/tls"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/bus/bustest"
	"github.com/agentperf/agentperf-go/fleet/internal/certtest"
	"github.com/agentperf/agentperf-go/fleet/internal/natsbus"
	"github.com/nats-io/nats-server/v2/server"
)

// A nats-server of its own serves a fleet as the broker does.
func TestConformanceOfConfiguration(t *testing.T) {
	authority := certtest.New(t)
	at := external(t, authority, bustest.Worker)
	bustest.Run(t, func() (a, b bus.Conn) {
		dial := func(name string) bus.Conn {
			c, err := natsbus.Dial(t.Context(), natsbus.Config{URL: at, Name: name, TLS: client(t, authority, certtest.Leaf{DNSNames: []string{name}})})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		return dial(bus.Controller), dial(bustest.Worker)
	})
}

// external starts a nats-server with the configuration that is printed for one.
func external(t *testing.T, authority *certtest.Authority, workers ...string) (at string) {
	t.Helper()
	c := secured(t, authority)
	c.Listen = "127.0.0.1:-1" // any port
	text, err := NATSConfig(c, workers)
	if err != nil {
		t.Fatal(err)
	}
	o := new(server.Options)
	if err := o.ProcessConfigString(text); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if o.MaxPayload != 1<<20 || o.MaxPending != maxPending || o.WriteDeadline != writeDeadline || o.MaxConn != maxConnections || !o.NoFastProducerStall || o.TLSConfig.MinVersion != tls.VersionTLS13 {
		t.Errorf("other limits: %+v", o)
	}
	o.NoSigs, o.NoLog = true, true
	ns, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	t.Cleanup(func() { ns.Shutdown(); ns.WaitForShutdown() })
	return fmt.Sprint("tls://", ns.Addr())
}

func TestNATSConfigErrors(t *testing.T) {
	good := Config{Listen: "0.0.0.0:4222", CertFile: "c", KeyFile: "k", CAFile: "a"}
	for name, change := range map[string]func(c *Config) []string{
		"fleet":      func(c *Config) []string { c.Fleet = "a b"; return nil },
		"no files":   func(c *Config) []string { c.CAFile = ""; return nil },
		"line":       func(c *Config) []string { c.CAFile = "a\nb"; return nil },
		"name":       func(c *Config) []string { return []string{"a", "b.c"} },
		"injection":  func(c *Config) []string { return []string{`a" }, { user: "b`} },
		"twice":      func(c *Config) []string { return []string{"a", "a"} },
		"controller": func(c *Config) []string { return []string{"controller"} },
	} {
		c := good
		if workers := change(&c); true {
			if text, err := NATSConfig(c, workers); err == nil {
				t.Errorf("%s: no error:\n%s", name, text)
			}
		}
	}
}

// A path may have any character that a line may.
func TestNATSConfigQuotes(t *testing.T) {
	authority := certtest.New(t)
	odd := filepath.Join(t.TempDir(), `a "b" \c $d #é`)
	text, err := NATSConfig(Config{Listen: "127.0.0.1:-1", CertFile: odd, KeyFile: odd, CAFile: authority.File}, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = new(server.Options).ProcessConfigString(text)
	if err == nil || !strings.Contains(err.Error(), odd) {
		t.Errorf("%v, want that %s is not there", err, odd)
	}
}
