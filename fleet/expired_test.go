package fleet

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/certtest"
	"github.com/agentperf/agentperf-go/fleet/internal/natstest"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A worker and a controller whose certificates expire end with that, once their server is there
// again, rather than try for ever.
func TestCertificateExpires(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	authority := certtest.New(t)
	server := natstest.New(t, authority, authority.Issue(t, certtest.Leaf{IPs: []net.IP{net.IPv4(127, 0, 0, 1)}}), "w0")
	var expired atomic.Bool
	certified := func(name string) *tls.Config {
		good := authority.Issue(t, certtest.Leaf{DNSNames: []string{name}}).TLS
		late := authority.Issue(t, certtest.Leaf{DNSNames: []string{name}, NotAfter: time.Now().Add(-time.Hour)}).TLS
		return &tls.Config{RootCAs: authority.Pool, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if expired.Load() {
				return &late, nil
			}
			return &good, nil
		}}
	}
	c, err := NewController(t.Context(), Config{URL: server.URL, TLS: certified(bus.Controller), Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ended := make(chan error)
	go func() {
		ended <- Serve(t.Context(), WorkerConfig{
			URL: server.URL, TLS: certified("w0"), Name: "w0", Workload: workload(t, 1, 20), Connect: func(int) trajectory.Sender { return nil }, Capacity: 1,
		})
	}()
	if err := c.Gather(t.Context()); err != nil {
		t.Fatal(err)
	}
	expired.Store(true)
	server.Stop()
	server.Start()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "expired certificate") || !strings.HasPrefix(err.Error(), "fleet: connecting to the broker") {
		t.Errorf("the worker ends with %v", err)
	}
	err = c.await(t.Context(), func(time.Time) (string, error) { return "something", nil })
	if err == nil || !strings.Contains(err.Error(), "expired certificate") || !strings.HasPrefix(err.Error(), "fleet: connecting to the broker") {
		t.Errorf("the controller waits until %v", err)
	}
	if err := c.Gather(context.Background()); err == nil {
		t.Error("and goes on")
	}
}
