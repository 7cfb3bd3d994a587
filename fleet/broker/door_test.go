package broker

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/certtest"
)

func TestNamesOnLoopback(t *testing.T) {
	s := start(t, Config{Fleet: "test"})
	dial, secret := s.Controller()
	for _, name := range []string{"a", "rack-7", strings.Repeat("a", 63)} {
		if _, err := rawDial(t, s.URL(), name, "", nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "controller", "Controller", "a.b", "*", ">", "a b", "a\n", "A", "ä", strings.Repeat("a", 64)} {
		if _, err := rawDial(t, s.URL(), name, secret, nil); err == nil {
			t.Errorf("%q was let in", name)
		}
	}
	for name, login := range map[string][2]string{
		"another secret": {"controller", "x"}, "no secret": {"controller", ""}, "another name": {"a", secret}, "no name": {"", secret},
	} {
		conn, err := dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rawOn(t, conn, login[0], login[1], nil); err == nil {
			t.Errorf("%s was let in", name)
		}
	}
	if other := start(t, Config{}); other.secret == secret || len(secret) < 26 {
		t.Errorf("secrets %q and %q: expected others, of 128 bits", secret, other.secret)
	}
}

func TestCertificates(t *testing.T) {
	authority, other := certtest.New(t), certtest.New(t)
	s := start(t, secured(t, authority))
	named := func(names ...string) certtest.Leaf { return certtest.Leaf{DNSNames: names} }
	with := func(change func(c *tls.Config)) *tls.Config {
		c := client(t, authority, named("b"))
		change(c)
		return c
	}
	for _, test := range []struct {
		name, user string
		config     *tls.Config
		ok         bool
	}{
		{"good", "", with(func(*tls.Config) {}), true},
		{"good, and says so", "b", with(func(*tls.Config) {}), true},
		{"another name than its own", "c", with(func(*tls.Config) {}), false},
		{"no certificate", "b", with(func(c *tls.Config) { c.Certificates = nil }), false},
		{"no TLS", "b", nil, false},
		{"another authority's", "b", with(func(c *tls.Config) { c.Certificates[0] = other.Issue(t, named("b")).TLS }), false},
		{"expired", "b", client(t, authority, certtest.Leaf{DNSNames: []string{"b"}, NotAfter: time.Now().Add(-time.Minute)}), false},
		{"a server's", "b", client(t, authority, certtest.Leaf{DNSNames: []string{"b"}, Usages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}), false},
		{"TLS 1.2", "b", with(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }), false},
		{"the controller's", "", client(t, authority, named("controller")), false},
		{"the controller's common name", "", client(t, authority, certtest.Leaf{CommonName: "controller"}), false},
		{"no name", "b", client(t, authority, certtest.Leaf{}), false},
		{"two names", "b", client(t, authority, named("b", "c")), false},
		{"a host", "", client(t, authority, named("b.example.com")), false},
		{"a wildcard", "", client(t, authority, named("*")), false},
	} {
		_, err := rawDial(t, s.URL(), test.user, "", test.config)
		if (err == nil) != test.ok {
			t.Errorf("%s: %v, want that let in: %v", test.name, err, test.ok)
		}
	}
	c := client(t, authority, named("b"))
	c.ServerName = "broker.example.com"
	if _, err := rawDial(t, s.URL(), "", "", c); err == nil || !strings.Contains(err.Error(), "broker.example.com") {
		t.Errorf("%v: a client that looks for another broker took this one", err)
	}
}

// A connection does not outlive the certificate it began with.
func TestCertificateEnds(t *testing.T) {
	authority := certtest.New(t)
	s := start(t, secured(t, authority))
	leaf := certtest.Leaf{DNSNames: []string{"b"}, NotAfter: time.Now().Add(3 * time.Second)}
	w, err := rawDial(t, s.URL(), "", "", client(t, authority, leaf))
	if err != nil {
		t.Skip("the certificate ended before it was of use: ", err)
	}
	said, _ := io.ReadAll(w.r)
	if !strings.Contains(strings.ToLower(string(said)), "-err 'user authentication expired'") {
		t.Errorf("%q, want that the certificate ended", said)
	}
}
