// Package broker runs the nats-server of a fleet within the controller's process.
//
//	server, err := broker.Start(broker.Config{}) // on this machine alone
//	defer server.Close()
//	fmt.Println("workers connect to", server.URL())
package broker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/logqueue"
	"github.com/nats-io/nats-server/v2/server"
)

const (
	// What the broker keeps for a client that does not read, in bytes, and how long a
	// write to it may take: the lease of a worker, who is lost after it anyway. From
	// three quarters of the bytes on messages to it are dropped; others wait for none of
	// that.
	maxPending    = 64 * bus.MaxMessage
	writeDeadline = 5 * time.Second

	// Enough for a busy machine at the other end of the world; it bounds how long a
	// stranger holds one of the connections.
	handshakeTimeout = 5 * time.Second

	// A worker has one subscription, the controller few.
	maxSubscriptions = 64

	// A worker that is cut off without a word is noticed after three of these.
	pingInterval = 10 * time.Second

	// The largest fleet, of a controller and 1000 workers, and some that come back before it is
	// noticed that they were gone.
	maxConnections = 1024

	// Closing waits for handshakes, which have 5 s.
	closeTimeout = 2 * handshakeTimeout
)

// Config says where a broker listens and whom it admits. The zero Config listens on a free port
// of 127.0.0.1, without TLS, and logs nothing.
//
// With TLS, a worker is called what its certificate says: the only DNS name in it or, without one,
// the common name. Without TLS, which only this machine can reach, it is called by the user name
// it gives. It may subscribe to what the controller sends to that name and publish as that name,
// nothing else.
type Config struct {
	// Listen is the host:port to listen on; port 0 is a free one. Empty means 127.0.0.1:0. An
	// address that is not loopback requires the three files.
	Listen string

	// Fleet names the fleet: 1 to 63 of a-z, 0-9 and -. Empty means "default", as in package
	// fleet.
	Fleet string

	// CertFile and KeyFile name the files with the broker's certificate and key, CAFile the one
	// with the authorities that vouch for clients, all in PEM. Either all three are set or none;
	// with them, clients without a certificate are refused.
	CertFile, KeyFile, CAFile string

	// Logger receives what nats-server logs. Nil discards it. Nothing waits for it but
	// [Server.Close], for a second.
	Logger *slog.Logger

	// Of tests.
	secret         string // of the controller, instead of one that is drawn
	maxConnections int
	writeDeadline  time.Duration
}

// A Server is a running broker. Its methods are safe for concurrent use.
type Server struct {
	nats   *server.Server
	url    string
	secret string
	queue  *logqueue.Queue // of the log
}

// Start starts a broker. It handles no signals and writes no files. The error says which field of
// c is wrong, or why the broker cannot listen.
func Start(c Config) (*Server, error) {
	if c.Fleet == "" {
		c.Fleet = bus.DefaultFleet
	}
	if !bus.ValidName(c.Fleet) {
		return nil, fmt.Errorf("broker: fleet %q: expected 1 to 63 of a-z, 0-9 and -", c.Fleet)
	}
	if c.secret == "" {
		c.secret = rand.Text()
	}
	var queue *logqueue.Queue
	c.Logger, queue = logqueue.New(c.Logger)
	o, err := options(c)
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	ns, err := server.NewServer(o)
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	notes := &notes{logger: c.Logger}
	ns.SetLoggerV2(notes, false, false, false)
	ns.Start()
	addr := ns.Addr()
	if addr == nil {
		ns.Shutdown()
		queue.Close()
		return nil, fmt.Errorf("broker: listening on %s: %s", c.Listen, notes.fatal())
	}
	scheme := "nats"
	if o.TLSConfig != nil {
		scheme = "tls"
	}
	return &Server{nats: ns, url: scheme + "://" + addr.String(), secret: c.secret, queue: queue}, nil
}

func options(c Config) (*server.Options, error) {
	tlsConfig, err := c.tls()
	if err != nil {
		return nil, err
	}
	addr, err := c.address(tlsConfig != nil)
	if err != nil {
		return nil, err
	}
	o := &server.Options{
		ServerName:      "agentperf",
		Host:            (&net.IPAddr{IP: addr.IP, Zone: addr.Zone}).String(),
		Port:            addr.Port,
		NoSigs:          true,
		NoSystemAccount: true,
		NoHeaderSupport: true,

		TLSConfig:   tlsConfig,
		TLSTimeout:  handshakeTimeout.Seconds(),
		AuthTimeout: handshakeTimeout.Seconds(),

		MaxConn:      maxConnections,
		MaxSubs:      maxSubscriptions,
		MaxPayload:   bus.MaxMessage,
		MaxPending:   maxPending,
		PingInterval: pingInterval,

		WriteDeadline:       writeDeadline,
		NoFastProducerStall: true, // nobody waits for a worker that does not read

		CustomClientAuthentication: &door{fleet: c.Fleet, secret: c.secret, tls: tlsConfig != nil, logger: c.Logger},
	}
	if addr.Port == 0 {
		o.Port = server.RANDOM_PORT
	}
	if c.maxConnections > 0 {
		o.MaxConn = c.maxConnections
	}
	if c.writeDeadline > 0 {
		o.WriteDeadline = c.writeDeadline
	}
	return o, nil
}

// URL returns the address to which workers connect: nats://host:port, or tls://host:port with
// TLS. The host is the address on which the broker listens, not a name in its certificate.
func (s *Server) URL() string { return s.url }

// Controller returns what the controller needs to connect, for the fields of that name in
// fleet.Config: a Dial that does not leave the process, and a Secret that nobody else knows.
func (s *Server) Controller() (dial func(context.Context) (net.Conn, error), secret string) {
	return func(context.Context) (net.Conn, error) { return s.nats.InProcessConn() }, s.secret
}

// Close ends the broker and all connections to it, and frees its port. The error says that it
// has not ended after 10 seconds. Further calls do nothing.
func (s *Server) Close() error {
	defer s.queue.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.nats.Shutdown()
		s.nats.WaitForShutdown()
	}()
	timer := time.NewTimer(closeTimeout)
	defer timer.Stop()
	select {
	case <-done:
		return nil
	case <-timer.C:
		return errors.New("broker: it has not ended after " + closeTimeout.String())
	}
}
