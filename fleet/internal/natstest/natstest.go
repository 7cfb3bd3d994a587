// Package natstest runs a nats-server of its own in tests, beside the broker of the fleet.
package natstest

import (
	"testing"

	"github.com/agentperf/agentperf-go/fleet/broker"
	"github.com/agentperf/agentperf-go/fleet/internal/certtest"
	"github.com/nats-io/nats-server/v2/server"
)

// A Server is a nats-server with the configuration that package broker prints for one. It
// can be stopped, and started again at the same port.
type Server struct {
	// URL is where its clients connect to, with a certificate of the authority.
	URL string

	t       testing.TB
	cfg     broker.Config
	workers []string
	nats    *server.Server // nil while it is stopped
}

// New starts a server for the workers named. It is stopped with the test.
func New(t testing.TB, authority *certtest.Authority, cert certtest.Cert, workers ...string) *Server {
	t.Helper()
	s := &Server{t: t, workers: workers, cfg: broker.Config{Listen: "127.0.0.1:-1", CertFile: cert.CertFile, KeyFile: cert.KeyFile, CAFile: authority.File}}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// Start starts it again.
func (s *Server) Start() {
	s.t.Helper()
	text, err := broker.NATSConfig(s.cfg, s.workers)
	if err != nil {
		s.t.Fatal(err)
	}
	o := new(server.Options)
	if err := o.ProcessConfigString(text); err != nil {
		s.t.Fatalf("%v\n%s", err, text)
	}
	o.NoSigs, o.NoLog = true, true
	if s.nats, err = server.NewServer(o); err != nil {
		s.t.Fatal(err)
	}
	s.nats.Start()
	addr := s.nats.Addr()
	if addr == nil {
		s.t.Fatalf("nats-server does not listen on %s", s.cfg.Listen)
	}
	s.cfg.Listen, s.URL = addr.String(), "tls://"+addr.String()
}

// Stop stops it, and all connections to it.
func (s *Server) Stop() {
	if s.nats != nil {
		s.nats.Shutdown()
		s.nats.WaitForShutdown()
		s.nats = nil
	}
}
