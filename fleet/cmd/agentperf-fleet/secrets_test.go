package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/fleet/internal/certtest"
	"github.com/agentperf/agentperf-go/internal/cli"
)

// Over TLS a worker is who its certificate says, and keys of the system under test are those of
// the workers: they reach it, and nothing that the controller writes.
func TestSecrets(t *testing.T) {
	real(t, false)
	const key = "sk-hunter2-of-the-workers"
	t.Setenv("SITE_KEY", key)
	s := newSite(t)
	authority := certtest.New(t)
	files := func(leaf certtest.Leaf) []string {
		cert := authority.Issue(t, leaf)
		return []string{"-tls-cert", cert.CertFile, "-tls-key", cert.KeyFile, "-tls-ca", authority.File}
	}
	dir := t.TempDir()
	file, journal := filepath.Join(dir, "report.json"), filepath.Join(dir, "journal")
	args := append(files(certtest.Leaf{DNSNames: []string{"localhost"}, IPs: []net.IP{net.IPv4(127, 0, 0, 1)}}), "-agents", "2", "-json", file, "-journal", journal)
	c, url := s.controller(args...)
	if !strings.HasPrefix(url, "tls://") {
		t.Fatalf("workers are to connect to %s", url)
	}
	mine := func(name string) []string {
		return append(files(certtest.Leaf{DNSNames: []string{name}}), "-api-key-env", "SITE_KEY")
	}
	stranger := s.worker("b", url, files(certtest.Leaf{DNSNames: []string{"another"}})...)
	if status := stranger.ends(); status != cli.Failed {
		t.Errorf("a worker that calls itself by the name of another: exit status %d", status)
	}
	a, b := s.worker("a", url, mine("a")...), s.worker("b", url, mine("b")...)
	for _, p := range []*process{c, a, b} {
		if status := p.ends(); status != cli.OK {
			t.Errorf("%s: exit status %d", p.name, status)
		}
		if strings.Contains(p.said(), key) {
			t.Errorf("%s says the key", p.name)
		}
	}
	if n := s.requests("a"); n == 0 || s.keyed(key) != s.requests("") {
		t.Errorf("%d of %d requests have the key", s.keyed(key), s.requests(""))
	}
	if kept(t, dir, key) || kept(t, journal, key) {
		t.Error("the key is in what the controller writes")
	}
}
