//go:build unix

package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/certtest"
	"github.com/agentperf/agentperf-go/fleet/internal/natstest"
	"github.com/agentperf/agentperf-go/internal/cli"
)

// meet starts a controller and two workers at a nats-server that is there already, with
// certificates.
func (s *site) meet(args ...string) (server *natstest.Server, c *process) {
	s.t.Helper()
	authority := certtest.New(s.t)
	server = natstest.New(s.t, authority, authority.Issue(s.t, certtest.Leaf{DNSNames: []string{"localhost"}, IPs: []net.IP{net.IPv4(127, 0, 0, 1)}}), "a", "b")
	files := func(name string) []string {
		cert := authority.Issue(s.t, certtest.Leaf{DNSNames: []string{name}})
		return []string{"-tls-cert", cert.CertFile, "-tls-key", cert.KeyFile, "-tls-ca", authority.File}
	}
	all := append([]string{"controller", "-workers", "2", "-nats", server.URL, "-endpoint", s.url, "-header", "X-Worker=controller", "-workload", s.workload, "-agents", "2"}, rules...)
	c = start(s.t, "controller", append(append(all, files("controller")...), args...)...)
	for _, name := range []string{"a", "b"} {
		s.worker(name, server.URL, files(name)...)
	}
	s.serves(2, "a", "b")
	return server, c
}

// A broker that is away for less than the lease costs nothing: the phase is valid, and each
// request is told of.
func TestBrokerAway(t *testing.T) {
	real(t, true)
	s := newSite(t)
	dir := t.TempDir()
	file, rows := filepath.Join(dir, "report.json"), filepath.Join(dir, "requests.jsonl")
	server, c := s.meet("-json", file, "-requests", rows, "-lease", "15s", "-measure", "4s")
	server.Stop()
	time.Sleep(time.Second)
	server.Start()
	if status := c.ends(); status != cli.OK {
		t.Errorf("exit status %d", status)
	}
	r := report(t, file)
	if len(r.Phases) != 1 || r.Phases[0].Invalid != "" {
		t.Errorf("phases %+v, want a valid one", r.Phases)
	}
	text, err := os.ReadFile(rows)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte(`"user_id"`)); n != s.requests("") {
		t.Errorf("%d requests were told of, and %d sent", n, s.requests(""))
	}
}

// One that is away for longer than that makes the phase invalid, and it is repeated.
func TestBrokerGone(t *testing.T) {
	real(t, true)
	s := newSite(t)
	file := filepath.Join(t.TempDir(), "report.json")
	server, c := s.meet("-json", file, "-lease", "2s")
	server.Stop()
	c.says("invalid", 1)
	s.quiet("")
	server.Start()
	if status := c.ends(); status != cli.OK {
		t.Errorf("exit status %d", status)
	}
	broken(t, report(t, file), "worker ")
}
