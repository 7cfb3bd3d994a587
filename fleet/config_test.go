package fleet

import (
	"context"
	"crypto/tls"
	"errors"
	"math"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/fleet/broker"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/trajectory"
)

// What is wrong is said by the names of fields, with what was expected.
func TestConfigErrors(t *testing.T) {
	for want, change := range map[string]func(c *Config){
		`Fleet is "a.b", expected 1 to 63 of a-z, 0-9 and -`: func(c *Config) { c.Fleet = "a.b" },
		"Workers is 0, expected 1 to 1000":                   func(c *Config) { c.Workers = 0 },
		"Workers is 1001, expected 1 to 1000":                func(c *Config) { c.Workers = 1001 },
		"Lease is 999ms, expected 1s to 1m0s":                func(c *Config) { c.Lease = 999 * time.Millisecond },
		"Lease is -1ns, expected 1s to 1m0s":                 func(c *Config) { c.Lease = -1 },
		"Lease is 1m0.000000001s, expected 1s to 1m0s":       func(c *Config) { c.Lease = time.Minute + 1 },
		"Lease is 2562047h47m16.854775807s, expected":        func(c *Config) { c.Lease = math.MaxInt64 },
		"nats://host:port or tls://host:port":                func(c *Config) {},
		"is not on this machine":                             func(c *Config) { c.URL = "nats://192.0.2.1:4222" },
	} {
		c := Config{Workers: 1}
		change(&c)
		if _, err := NewController(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "fleet: ") {
			t.Errorf("%v, want it to say %q", err, want)
		}
	}
	for want, change := range map[string]func(c *WorkerConfig){
		`Fleet is "A"`: func(c *WorkerConfig) { c.Fleet = "A" },
		`Name is "", expected 1 to 63 of a-z, 0-9 and -`: func(c *WorkerConfig) { c.Name = "" },
		`Name is "controller", expected`:                 func(c *WorkerConfig) { c.Name = "controller" },
		"Capacity is -1, expected 0 to 1000000":          func(c *WorkerConfig) { c.Capacity = -1 },
		"Capacity is 1000001, expected 0 to 1000000":     func(c *WorkerConfig) { c.Capacity = 1_000_001 },
		"Workload is empty":                              func(c *WorkerConfig) { c.Workload = nil },
		"URL":                                            func(c *WorkerConfig) { c.Endpoint.URL = "x" },
		"the URL of the broker: expected nats://host:port or tls://host:port": func(c *WorkerConfig) {},
	} {
		c := WorkerConfig{Name: "a", Workload: workload(t, 1, 5), Endpoint: endpoint.Config{URL: "http://127.0.0.1:1"}}
		change(&c)
		if err := Serve(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want it to say %q", err, want)
		}
	}
}

// Zero fields are what their documentation says.
func TestDefaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, &endpointtest.Engine{Capacity: 1})
		var capacity atomic.Int64
		w.hub.Conn(bus.Controller).Subscribe(bus.From("default", "a"), func(_ string, data []byte) {
			message, _ := wire.Decode(data)
			if r, ok := message.(*wire.Report); ok {
				capacity.Store(int64(r.Capacity))
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		connect := func(int) trajectory.Sender { return nil }
		go func() {
			done <- Serve(ctx, WorkerConfig{Name: "a", Workload: workload(t, 1, 5), Connect: connect, conn: w.hub.Conn("a")})
		}()
		synctest.Wait()
		if n := capacity.Load(); n != 10_000 {
			t.Errorf("a capacity of %d", n)
		}
		c, err := NewController(t.Context(), Config{Workers: 2, conn: w.hub.Conn(bus.Controller)})
		if err != nil {
			t.Fatal(err)
		}
		if c.cfg.Lease != 5*time.Second || c.Capacity() != 0 {
			t.Errorf("a lease of %v, a capacity of %d", c.cfg.Lease, c.Capacity())
		}
		begun := time.Now()
		if err := c.Gather(t.Context()); !errors.Is(err, ErrWorkers) || !strings.Contains(err.Error(), "1 of 2 workers are there") || time.Since(begun) != 2*time.Minute {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		c.Close()
		cancel()
		<-done
	})
}

// A negative Wait has no limit but that of the context.
func TestWaitWithoutLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, &endpointtest.Engine{Capacity: 1})
		c, err := NewController(t.Context(), Config{Workers: 1, Wait: -1, conn: w.hub.Conn(bus.Controller)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := c.Gather(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		c.Close()
	})
}

// A controller that was closed says so at once.
func TestClosedController(t *testing.T) {
	try(t, 1, nil, func(x *trial) {
		x.valid()
		x.c.Close()
		begun := time.Now()
		for _, err := range []error{x.c.Gather(t.Context()), func() error { _, err := x.c.Phase(t.Context(), &x.plan, record.Watch{}); return err }()} {
			if !errors.Is(err, errClosed) || time.Since(begun) > time.Second {
				t.Errorf("%v after %v", err, time.Since(begun))
			}
		}
	})
}

// Dial takes the place of URL and TLS.
func TestDialTakesThePlaceOfURL(t *testing.T) {
	b, err := broker.Start(broker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	dial, secret := b.Controller()
	c, err := NewController(t.Context(), Config{URL: "tls://192.0.2.1:1", TLS: new(tls.Config), Dial: dial, Secret: secret, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

// The server is waited for no longer than workers are.
func TestWaitForTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nobody := errors.New("nobody is there")
		for wait, want := range map[time.Duration]time.Duration{5 * time.Second: 5 * time.Second, 0: defaultWait, -1: time.Hour} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			begun := time.Now()
			_, err := NewController(ctx, Config{Workers: 1, Wait: wait, Dial: func(context.Context) (net.Conn, error) { return nil, nobody }})
			if took := time.Since(begun); took != want {
				t.Errorf("a wait of %v took %v, want %v", wait, took, want)
			}
			if err == nil || !strings.Contains(err.Error(), "nobody is there") || errors.Is(err, context.DeadlineExceeded) != (wait < 0) {
				t.Errorf("a wait of %v ends with %v", wait, err)
			}
			if wait > 0 && !strings.Contains(err.Error(), "(given up after 5s)") {
				t.Errorf("%v, want it to say after how long", err)
			}
			cancel()
		}
	})
}
