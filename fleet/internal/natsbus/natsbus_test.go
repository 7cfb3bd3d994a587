package natsbus_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/fleet/broker"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/bus/bustest"
	"github.com/agentperf/agentperf-go/fleet/internal/certtest"
	"github.com/agentperf/agentperf-go/fleet/internal/natsbus"
)

func start(t *testing.T, c broker.Config) *broker.Server {
	t.Helper()
	s, err := broker.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func dial(t *testing.T, c natsbus.Config) bus.Conn {
	t.Helper()
	conn, err := natsbus.Dial(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

func controller(s *broker.Server) natsbus.Config {
	dial, secret := s.Controller()
	return natsbus.Config{URL: s.URL(), Name: bus.Controller, Secret: secret, Dial: dial}
}

func TestConformance(t *testing.T) {
	authority := certtest.New(t)
	cert := authority.Issue(t, certtest.Leaf{IPs: []net.IP{net.IPv4(127, 0, 0, 1)}})
	for name, c := range map[string]broker.Config{
		"plain": {Fleet: bustest.Fleet},
		"TLS":   {Fleet: bustest.Fleet, CertFile: cert.CertFile, KeyFile: cert.KeyFile, CAFile: authority.File},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, c)
			worker := natsbus.Config{URL: s.URL(), Name: bustest.Worker}
			if c.CAFile != "" {
				worker.TLS = &tls.Config{RootCAs: authority.Pool, Certificates: []tls.Certificate{authority.Issue(t, certtest.Leaf{CommonName: bustest.Worker}).TLS}}
			}
			bustest.Run(t, func() (a, b bus.Conn) { return dial(t, controller(s)), dial(t, worker) })
		})
	}
}

// A worker may be there before its broker, and waits.
func TestWaitsForTheBroker(t *testing.T) {
	s := start(t, broker.Config{})
	url := s.URL()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	waits := make(notesTo, 100)
	done := make(chan error)
	go func() {
		conn, err := natsbus.Dial(t.Context(), natsbus.Config{URL: url, Name: "b", Logger: slog.New(waits)})
		if err == nil {
			conn.Close()
		}
		done <- err
	}()
	if note := <-waits; !strings.Contains(note, "waiting") {
		t.Error(note)
	}
	start(t, broker.Config{Listen: strings.TrimPrefix(url, "nats://")})
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Whatever there is in place of a broker, dialing ends with its context.
func TestDialEnds(t *testing.T) {
	stop := errors.New("enough")
	for name, answer := range map[string]string{"silence": "", "half a line": "INFO {", "another protocol": "HTTP/1.1 400 Bad Request\r\n\r\n", "no INFO": "INFO []\r\n"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				defer conn.Close()
				_, _ = conn.Write([]byte(answer))
				cancel(stop)
			}
		}()
		_, err = natsbus.Dial(ctx, natsbus.Config{URL: "nats://b:secret@" + l.Addr().String(), Name: "b"})
		if !errors.Is(err, stop) || !strings.Contains(err.Error(), l.Addr().String()) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want that it was stopped, and where", name, err)
		}
	}
}

// What waiting does not help is an error at once.
func TestRefused(t *testing.T) {
	authority, other := certtest.New(t), certtest.New(t)
	cert := authority.Issue(t, certtest.Leaf{DNSNames: []string{"broker.example.com"}})
	secured := start(t, broker.Config{CertFile: cert.CertFile, KeyFile: cert.KeyFile, CAFile: authority.File}).URL()
	plain := start(t, broker.Config{}).URL()
	config := func(host string, roots, own *certtest.Authority) *tls.Config {
		return &tls.Config{ServerName: host, RootCAs: roots.Pool, Certificates: []tls.Certificate{own.Issue(t, certtest.Leaf{CommonName: "b"}).TLS}}
	}
	const host = "broker.example.com"
	for name, c := range map[string]natsbus.Config{
		"no name":               {URL: plain},
		"the controller's name": {URL: plain, Name: bus.Controller},
		"credentials in it":     {URL: strings.Replace(plain, "//", "//a.b:hunter2@", 1), Name: "b"},
		"TLS with a plain one":  {URL: plain, Name: "b", TLS: config(host, authority, authority)},
		"no certificate":        {URL: secured, Name: "b", TLS: &tls.Config{ServerName: host, RootCAs: authority.Pool}},
		"system's authorities":  {URL: secured, Name: "b"},
		"another's certificate": {URL: secured, Name: "b", TLS: config(host, authority, other)},
		"another's broker":      {URL: secured, Name: "b", TLS: config(host, other, authority)},
		"another host":          {URL: secured, Name: "b", TLS: config("broker.example.org", authority, authority)},
		"the address":           {URL: secured, Name: "b", TLS: config("", authority, authority)},
		"another name":          {URL: secured, Name: "c", TLS: config(host, authority, authority)},
	} {
		conn, err := natsbus.Dial(t.Context(), c)
		if err == nil {
			t.Errorf("%s: connected", name)
			conn.Close()
		} else if !strings.Contains(err.Error(), "127.0.0.1:") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	dial(t, natsbus.Config{URL: secured, Name: "b", TLS: config(host, authority, authority)}).Close()
}

// No part of a URL is shown that may be of a password.
func TestURL(t *testing.T) {
	for url, want := range map[string]string{
		"":                              "expected nats://",
		"127.0.0.1:4222":                "expected nats://",
		"http://127.0.0.1:4222":         "expected nats://",
		"nats://":                       "expected nats://",
		"nats://127.0.0.1/x":            "expected nats://",
		"nats://u:hunter2@ho st":        "expected nats://",
		"nats://u:hun/ter2@host":        "expected nats://",
		"nats://u:hunter2@host:x":       "expected nats://",
		"nats://u:hunter2@192.0.2.1":    "expected TLS",
		"nats://u:hunter2@example.com":  "expected TLS",
		"nats://u:hunter2@0.0.0.0:4222": "expected TLS",
	} {
		_, err := natsbus.Dial(t.Context(), natsbus.Config{URL: url, Name: "b"})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hun") {
			t.Errorf("%s: %v, want %s", url, err, want)
		}
	}
}

// A subscription that the broker refuses is an error, and what it says goes to the logger.
func TestSubscriptionRefused(t *testing.T) {
	var log bytes.Buffer
	s := start(t, broker.Config{Fleet: "test"})
	b, err := natsbus.Dial(t.Context(), natsbus.Config{URL: s.URL(), Name: "b", Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, subject := range []string{bus.To("test", "c"), bus.From("test", "*"), bus.From("test", "b")} {
		if err := b.Subscribe(subject, func(string, []byte) {}); err == nil || !strings.Contains(err.Error(), subject) {
			t.Errorf("%s: %v", subject, err)
		}
	}
	if err := b.Subscribe(bus.To("test", "b"), func(string, []byte) {}); err != nil {
		t.Error(err)
	}
}

type notesTo chan string

func (n notesTo) Enabled(context.Context, slog.Level) bool { return true }
func (n notesTo) WithAttrs([]slog.Attr) slog.Handler       { return n }
func (n notesTo) WithGroup(string) slog.Handler            { return n }
func (n notesTo) Handle(_ context.Context, r slog.Record) error {
	select {
	case n <- r.Message:
	default:
	}
	return nil
}
