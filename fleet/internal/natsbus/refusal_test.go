package natsbus_test

import (
	"crypto/tls"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/fleet/broker"
	"github.com/agentperf/agentperf-go/fleet/internal/certtest"
	"github.com/agentperf/agentperf-go/fleet/internal/natsbus"
)

// A client whose certificate has expired meanwhile is told so, with the cause, once its broker is
// there again. One that is refused some times, as by a broker that is not ready yet, is not; nor
// is one whose broker is away for long.
func TestRefusedLater(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const once, forever = 4, 1 << 30
	for _, refusals := range []int32{0, once, forever} {
		t.Run(map[int32]string{0: "away", once: "some times", forever: "for ever"}[refusals], func(t *testing.T) {
			t.Parallel()
			authority := certtest.New(t)
			cert := authority.Issue(t, certtest.Leaf{DNSNames: []string{"broker.example.com"}})
			cfg := broker.Config{CertFile: cert.CertFile, KeyFile: cert.KeyFile, CAFile: authority.File}
			s := start(t, cfg)
			good := authority.Issue(t, certtest.Leaf{CommonName: "b"}).TLS
			expired := authority.Issue(t, certtest.Leaf{CommonName: "b", NotAfter: time.Now().Add(-time.Hour)}).TLS
			var attempts atomic.Int32
			told, found := make(chan error, 10), make(chan struct{}, 10)
			c := natsbus.Config{
				URL: s.URL(), Name: "b", Refused: func(err error) { told <- err }, Reconnected: func() { found <- struct{}{} },
				TLS: &tls.Config{ServerName: "broker.example.com", RootCAs: authority.Pool, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
					if n := attempts.Add(1); n > 1 && n <= 1+refusals {
						return &expired, nil
					}
					return &good, nil
				}},
			}
			dial(t, c)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if refusals == 0 {
				time.Sleep(3 * time.Second) // in which it tries more often than it may be refused
			}
			cfg.Listen = strings.TrimPrefix(c.URL, "tls://")
			start(t, cfg)
			if refusals < forever {
				<-found
				if len(told) > 0 {
					t.Errorf("it is refused: %v", <-told)
				}
				return
			}
			if err := <-told; !strings.Contains(err.Error(), "127.0.0.1:") || !strings.Contains(err.Error(), "expired certificate") {
				t.Errorf("%v, want where and why", err)
			}
		})
	}
}
