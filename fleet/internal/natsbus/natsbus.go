// Package natsbus is the transport of a fleet over a nats-server.
//
//	conn, err := natsbus.Dial(ctx, natsbus.Config{URL: "tls://broker:4222", Name: "rack-7", TLS: tlsConfig})
package natsbus

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/nats-io/nats.go"
)

const (
	// A broker that does not answer within this is tried anew. It is long beside a
	// handshake between continents and short beside the time for which people wait.
	timeout = 5 * time.Second

	// Three pings without an answer make a broker lost: after half a minute at most,
	// also where no packet says so. The lease of a fleet, which is shorter, does not
	// depend on it.
	pingInterval = 10 * time.Second
	maxPingsOut  = 2

	// The wait before another attempt doubles from the first to the last, less up to a
	// half by chance, so that the workers of a fleet do not all come at once.
	firstWait, lastWait = 100 * time.Millisecond, 2 * time.Second

	// What a subscription that does not keep up may hold in bytes, beyond which messages
	// are lost, with a note. The messages of a fleet are sent again until they are
	// acknowledged, and few at a time are not.
	maxPending = 64 * bus.MaxMessage
)

// Config says where the broker is and as whom to connect.
type Config struct {
	// URL is nats://host:port or tls://host:port. Credentials in it, as a nats-server
	// that is there already may want, take the place of Name and Secret, and are in no
	// message. Without TLS the host must be this machine.
	URL string

	// TLS has the client's certificate and the authorities of the broker's. Nil is no
	// TLS with nats://, and that of the system's authorities with tls://.
	TLS *tls.Config

	// Name is the user and the name of the connection; Secret its password, if any.
	Name, Secret string

	// Dial makes connections in place of the network, as within a process; nil is TCP.
	// The URL then is a name only.
	Dial func(ctx context.Context) (net.Conn, error)

	// Logger gets notes of what happens to the connection; nil discards them. It must not
	// block, as that of logqueue does not: the connection waits for it.
	Logger *slog.Logger

	// Disconnected and Reconnected, unless nil, are called in turn as the connection is
	// lost and found. They must not block.
	Disconnected func(error)
	Reconnected  func()

	// Refused, unless nil, is called where a broker that was lost is found again and does not
	// want this client any more, or is not trusted by it: with the cause, as Dial would return it,
	// and at most once each time that the broker was lost. It must not block.
	Refused func(error)
}

// Dial connects to a broker, and tries until it is there or ctx ends; a broker that refuses
// the client, or that the client does not trust, is an error at once. The connection then
// lasts until Close: it is made anew for as long as it takes. Where that is of no use, since the
// broker refuses the client several times in a row, Config.Refused is called.
//
// While there is none, publishing is an error at once and nothing is kept for later: to
// send again is up to the messages, and a renewed lease or a clock's reading that comes
// late is worse than none. What was published just before a connection broke may be lost
// without an error. Publish waits only where the broker does not read, and for 5 s at most.
func Dial(ctx context.Context, c Config) (bus.Conn, error) {
	full, address, err := parse(c)
	if err != nil {
		return nil, err
	}
	c.URL = full
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	for attempt := 1; ; attempt++ {
		conn, err := connect(ctx, c, address)
		if err == nil {
			return conn, nil
		}
		err = c.because(address, err)
		if final(err) {
			return nil, err
		}
		if attempt == 1 {
			c.Logger.Info("waiting for the broker", "error", err)
		}
		select {
		case <-ctx.Done():
			if cause := context.Cause(ctx); !errors.Is(err, cause) {
				err = fmt.Errorf("%w (%w)", err, cause)
			}
			return nil, err
		case <-time.After(wait(attempt)):
		}
	}
}

// because says what did not work.
func (c *Config) because(address string, err error) error {
	return fmt.Errorf("connecting to the broker at %s as %q: %w", address, c.Name, err)
}

func connect(ctx context.Context, c Config, address string) (bus.Conn, error) {
	d := &dialer{ctx: ctx, dial: c.Dial}
	defer context.AfterFunc(ctx, d.abort)()
	o := options(c, address)
	o.CustomDialer = d
	r := &refusals{tell: func(err error) {
		if c.Refused != nil {
			c.Refused(c.because(address, err))
		}
	}}
	o.CustomReconnectDelayCB = r.wait
	nc, err := o.Connect()
	if err != nil {
		return nil, d.cause(err)
	}
	r.conn.Store(nc)
	if !d.keep() {
		nc.Close()
		return nil, context.Cause(ctx)
	}
	return &conn{nc: nc, logger: c.Logger}, nil
}

func options(c Config, address string) nats.Options {
	o := nats.GetDefaultOptions()
	o.Url = c.URL
	o.Name, o.User, o.Password = c.Name, c.Name, c.Secret
	o.Secure, o.TLSConfig = c.TLS != nil, c.TLS
	o.Timeout, o.FlusherTimeout = timeout, timeout
	o.PingInterval, o.MaxPingsOut = pingInterval, maxPingsOut
	o.MaxReconnect, o.IgnoreAuthErrorAbort = -1, true
	o.ReconnectBufSize = -1
	o.ReconnectOnFlusherError = true // otherwise a write that broke off goes on in the middle of a message
	o.SkipHostLookup = true          // the dialer does
	o.IgnoreDiscoveredServers = true // nobody but the user says where the broker is
	o.NoCallbacksAfterClientClose = true
	o.AsyncErrorCB = func(_ *nats.Conn, s *nats.Subscription, err error) {
		if s != nil {
			c.Logger.Warn("broker", "url", address, "subject", s.Subject, "error", err)
			return
		}
		c.Logger.Warn("broker", "url", address, "error", err)
	}
	o.DisconnectedErrCB = func(_ *nats.Conn, err error) {
		if err == nil {
			err = errors.New("the broker ended the connection")
		}
		c.Logger.Warn("lost the broker", "url", address, "error", err)
		if c.Disconnected != nil {
			c.Disconnected(err)
		}
	}
	o.ReconnectedCB = func(*nats.Conn) {
		c.Logger.Info("found the broker again", "url", address)
		if c.Reconnected != nil {
			c.Reconnected()
		}
	}
	o.ReconnectErrCB = func(_ *nats.Conn, err error) {
		c.Logger.Debug("the broker is not there yet", "url", address, "error", err)
	}
	return o
}

// wait is how long to wait after so many attempts, from 1.
func wait(attempts int) time.Duration {
	d := lastWait
	if attempts < 6 { // beyond which it is longer anyway
		d = min(d, firstWait<<(attempts-1))
	}
	return d - rand.N(d/2)
}
