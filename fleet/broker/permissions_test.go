package broker

import (
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/fleet/internal/certtest"
)

var localhost = certtest.Leaf{DNSNames: []string{"localhost"}, IPs: []net.IP{net.IPv4(127, 0, 0, 1)}}

func start(t *testing.T, c Config) *Server {
	t.Helper()
	s, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// secured returns the configuration of a broker with certificates of an authority.
func secured(t *testing.T, authority *certtest.Authority) Config {
	cert := authority.Issue(t, localhost)
	return Config{Fleet: "test", CertFile: cert.CertFile, KeyFile: cert.KeyFile, CAFile: authority.File}
}

func client(t *testing.T, authority *certtest.Authority, leaf certtest.Leaf) *tls.Config {
	return &tls.Config{ServerName: "localhost", RootCAs: authority.Pool, Certificates: []tls.Certificate{authority.Issue(t, leaf).TLS}}
}

func controller(t *testing.T, s *Server) *raw {
	t.Helper()
	dial, secret := s.Controller()
	conn, err := dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := rawOn(t, conn, "controller", secret, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	// What nobody but the controller may subscribe to or publish, and what not even it may.
	private = []string{
		"agentperf.test.to.c", "agentperf.test.from.c", "agentperf.test.to.b.x", "agentperf.test.from.b.x",
		"agentperf.test.to", "agentperf.test.from", "agentperf.test.other.b", "agentperf.test.to.B", "agentperf.test.to.*",
		"agentperf.test.from.*", "agentperf.test.*.b", "agentperf.test.>", "agentperf.test.to.>", "agentperf.test.to.b.>",
	}
	foreign = []string{
		">", "*", "*.*.*.b", "agentperf.>", "agentperf.*.to.b", "agentperf.other.to.b", "agentperf.other.from.b", "agentperf.test", "to.b", "from.b", "x",
		"$SYS.>", "$SYS.REQ.SERVER.PING", "$SYS.REQ.USER.INFO", "$JS.API.>", "$JS.API.INFO", "_INBOX.>", "_INBOX.b", "$MQTT.sub.x", "$G",
	}
)

// tryAll tries, one by one, what a worker b and the controller may do, and what not.
func tryAll(t *testing.T, worker, controller *raw) {
	t.Helper()
	try := func(c *raw, verb, subject string, allowed bool) {
		t.Helper()
		command := "PUB " + subject + " 1\r\nx\r\n"
		switch verb {
		case "subscribe":
			command = "SUB " + subject + " 1\r\nUNSUB 1\r\n"
		case "share":
			command = "SUB " + subject + " group 2\r\nUNSUB 2\r\n"
		case "reply":
			command = "PUB " + subject + " _INBOX.b 1\r\nx\r\n"
		}
		err := c.do(command)
		if allowed && err != nil || !allowed && (err == nil || !strings.Contains(strings.ToLower(err.Error()), "permissions violation")) {
			t.Errorf("%s %s: %v, want that allowed: %v", verb, subject, err, allowed)
		}
	}
	for _, verb := range []string{"subscribe", "share"} {
		try(worker, verb, "agentperf.test.to.b", true)
		for _, subject := range slices.Concat(private, foreign, []string{"agentperf.test.from.b"}) {
			try(worker, verb, subject, false)
		}
	}
	for _, verb := range []string{"publish", "reply"} {
		try(worker, verb, "agentperf.test.from.b", true)
		for _, subject := range slices.Concat(private, foreign, []string{"agentperf.test.to.b"}) {
			try(worker, verb, subject, false)
		}
	}
	for _, subject := range private {
		try(controller, "subscribe", subject, true)
		if !strings.ContainsAny(subject, "*>") {
			try(controller, "publish", subject, true)
		}
	}
	for _, subject := range foreign {
		try(controller, "subscribe", subject, false)
		try(controller, "publish", subject, false)
	}
}

// What is refused does not arrive either: the controller sees what the worker may publish.
func TestRefusedDoesNotArrive(t *testing.T) {
	s := start(t, Config{Fleet: "test"})
	c := controller(t, s)
	if err := c.do("SUB agentperf.test.> 1\r\n"); err != nil {
		t.Fatal(err)
	}
	w, err := rawDial(t, s.URL(), "b", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, subject := range slices.Concat(private, []string{"agentperf.test.to.b", "agentperf.test.from.b"}) {
		_ = w.do("PUB " + subject + " 1\r\nx\r\n")
	}
	if line, err := c.r.ReadString('\n'); err != nil || line != "MSG agentperf.test.from.b 1 1\r\n" {
		t.Errorf("%q (%v), want the last message", line, err)
	}
}

func TestPermissions(t *testing.T) {
	authority := certtest.New(t)
	t.Run("loopback", func(t *testing.T) {
		s := start(t, Config{Fleet: "test"})
		w, err := rawDial(t, s.URL(), "b", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		tryAll(t, w, controller(t, s))
	})
	for name, leaf := range map[string]certtest.Leaf{
		"DNS name":    {DNSNames: []string{"b"}, CommonName: "c"},
		"common name": {CommonName: "b"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, secured(t, authority))
			w, err := rawDial(t, s.URL(), "", "", client(t, authority, leaf))
			if err != nil {
				t.Fatal(err)
			}
			tryAll(t, w, controller(t, s))
		})
	}
	t.Run("configuration", func(t *testing.T) {
		at := external(t, authority, "b", "c")
		dial := func(name string) *raw {
			c, err := rawDial(t, at, "", "", client(t, authority, certtest.Leaf{DNSNames: []string{name}}))
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		tryAll(t, dial("b"), dial("controller"))
		for name, leaf := range map[string]certtest.Leaf{
			"not listed":         {DNSNames: []string{"d"}},
			"common name":        {CommonName: "b"},
			"several of its own": {DNSNames: []string{"x", "y"}},
		} {
			if _, err := rawDial(t, at, "b", "", client(t, authority, leaf)); err == nil {
				t.Errorf("%s: let in", name)
			}
		}
		if _, err := rawDial(t, at, "b", "", nil); err == nil {
			t.Error("let in without TLS")
		}
	})
}
