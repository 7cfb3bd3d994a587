package broker

import (
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/nats-io/nats-server/v2/server"
)

// A door lets clients in, or not, and says as whom.
type door struct {
	fleet, secret string
	tls           bool
	logger        *slog.Logger
}

// Check implements server.Authentication.
func (d *door) Check(c server.ClientAuthentication) bool {
	user, err := d.admit(c)
	if err != nil {
		d.logger.Warn("refused a client", "address", c.RemoteAddress(), "error", err)
		return false
	}
	c.RegisterUser(user)
	return true
}

func (d *door) admit(c server.ClientAuthentication) (*server.User, error) {
	if c.Kind() != server.CLIENT {
		return nil, errors.New("it is another server")
	}
	name := c.GetOpts().Username
	if inProcess(c) {
		if name != bus.Controller || subtle.ConstantTimeCompare([]byte(c.GetOpts().Password), []byte(d.secret)) != 1 {
			return nil, errors.New("it does not know the controller's secret")
		}
		return &server.User{Username: name, Permissions: permissions(d.fleet, name)}, nil
	}
	var expires time.Time
	if d.tls {
		state := c.GetTLSConnectionState()
		if state == nil || len(state.VerifiedChains) == 0 {
			return nil, errors.New("it has no certificate")
		}
		certified, err := nameOf(state.PeerCertificates[0])
		if err != nil {
			return nil, err
		}
		if name != "" && name != certified {
			return nil, fmt.Errorf("it calls itself %.80q, and its certificate %q", name, certified)
		}
		name, expires = certified, expiry(state.VerifiedChains)
	}
	if name == bus.Controller {
		return nil, fmt.Errorf("it calls itself %q, which only the controller does", name)
	}
	if !bus.ValidName(name) {
		return nil, fmt.Errorf("it calls itself %.80q: expected 1 to 63 of a-z, 0-9 and -", name)
	}
	return &server.User{Username: name, Permissions: permissions(d.fleet, name), ConnectionDeadline: expires}, nil
}

// inProcess reports whether a client is at the other end of a net.Pipe, which only this
// process can be.
func inProcess(c server.ClientAuthentication) bool {
	addr := c.RemoteAddress()
	return addr != nil && addr.Network() == "pipe"
}

// nameOf returns the name that a certificate gives its owner. Of several it would be chance
// which one counts.
func nameOf(cert *x509.Certificate) (string, error) {
	switch len(cert.DNSNames) {
	case 0:
		return cert.Subject.CommonName, nil
	case 1:
		return cert.DNSNames[0], nil
	}
	return "", fmt.Errorf("its certificate has %d DNS names: expected one", len(cert.DNSNames))
}

// expiry is when the last chain that vouches for a client ends, and with it the connection.
func expiry(chains [][]*x509.Certificate) (latest time.Time) {
	for _, chain := range chains {
		end := chain[0].NotAfter
		for _, cert := range chain {
			if cert.NotAfter.Before(end) {
				end = cert.NotAfter
			}
		}
		if end.After(latest) {
			latest = end
		}
	}
	return latest
}
