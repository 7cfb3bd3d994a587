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
	"github.com/nats-io/nats-server/v2/server"
)

// DefaultFleet names a fleet that has no other name.
const DefaultFleet = "default"

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

	// The largest fleet by default: a worker is a machine.
	maxConnections = 1024

	// Closing waits for handshakes, which have 5 s.
	closeTimeout = 2 * handshakeTimeout
)

// Config says where a broker listens and whom it lets in. The zero value listens on a port
// of the system's choice of 127.0.0.1, without TLS, and prints nothing.
//
// A worker's name is that of its certificate: the only DNS name in it, or else the common
// name. Without TLS, which only this machine can reach, it is the user name it gives. It may
// subscribe to what the controller sends it and publish what is from it, nothing else.
type Config struct {
	// Listen is host:port, "" for 127.0.0.1:0. Anything but a loopback address demands
	// the three files.
	Listen string

	// Fleet is part of the subjects: 1 to 63 of a-z, 0-9 and -, "" for [DefaultFleet].
	Fleet string

	// CertFile and KeyFile are of the broker's certificate, CAFile of the authorities
	// of its clients', all PEM. Clients without a certificate are refused. All three or
	// none.
	CertFile, KeyFile, CAFile string

	// Secret is the controller's password, of use only within the process. "" draws
	// one; a broker that takes the place of another has the other's.
	Secret string

	// MaxConnections bounds the clients, 0 for 1024.
	MaxConnections int

	// Logger gets what nats-server has to say, nil discards it.
	Logger *slog.Logger

	writeDeadline time.Duration // of tests
}

// A Server is a broker that runs. Its methods may be called concurrently.
type Server struct {
	nats   *server.Server
	url    string
	secret string
}

// Start starts a broker. It handles no signals and writes no files.
func Start(c Config) (*Server, error) {
	if c.Fleet == "" {
		c.Fleet = DefaultFleet
	}
	if !bus.ValidName(c.Fleet) {
		return nil, fmt.Errorf("broker: fleet %q: want 1 to 63 of a-z, 0-9 and -", c.Fleet)
	}
	if c.MaxConnections < 0 {
		return nil, fmt.Errorf("broker: %d connections: want 0 or more", c.MaxConnections)
	}
	if c.Secret == "" {
		c.Secret = rand.Text()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
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
		return nil, fmt.Errorf("broker: listening on %s: %s", c.Listen, notes.fatal())
	}
	scheme := "nats"
	if o.TLSConfig != nil {
		scheme = "tls"
	}
	return &Server{nats: ns, url: scheme + "://" + addr.String(), secret: c.Secret}, nil
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

		CustomClientAuthentication: &door{fleet: c.Fleet, secret: c.Secret, tls: tlsConfig != nil, logger: c.Logger},
	}
	if addr.Port == 0 {
		o.Port = server.RANDOM_PORT
	}
	if c.MaxConnections > 0 {
		o.MaxConn = c.MaxConnections
	}
	if c.writeDeadline > 0 {
		o.WriteDeadline = c.writeDeadline
	}
	return o, nil
}

// URL is where workers connect to: nats://host:port, or tls:// with TLS. The host is the
// address on which the broker listens, which is no name in a certificate.
func (s *Server) URL() string { return s.url }

// Controller returns what the controller needs to connect: a way that does not leave the
// process, and the secret that goes with the name "controller".
func (s *Server) Controller() (dial func(context.Context) (net.Conn, error), secret string) {
	return func(context.Context) (net.Conn, error) { return s.nats.InProcessConn() }, s.secret
}

// Close ends the broker and all connections to it, and frees its port. An error means that
// it has not ended after 10 s. A second call does nothing.
func (s *Server) Close() error {
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
