package natsbus

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
)

// parse checks a URL, and returns it for nats.go and without credentials. An error says nothing of a URL
// that cannot be parsed, since any part of it may be of a password.
func parse(c Config) (full, shown string, err error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "nats" && u.Scheme != "tls" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", "", errors.New("the URL of the broker: expected nats://host:port or tls://host:port")
	}
	if c.TLS == nil && u.Scheme == "nats" && c.Dial == nil && !loopback(u.Hostname()) {
		return "", "", fmt.Errorf("the broker at %s is not on this machine: expected TLS, with certificates", u.Host)
	}
	shown = u.Scheme + "://" + u.Host
	if c.Dial != nil && c.TLS == nil {
		u.Scheme = "nats" // for which nats.go wants no TLS
	}
	return u.String(), shown, nil
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// final reports whether an error in connecting is one that waiting does not help.
func final(err error) bool {
	var record tls.RecordHeaderError
	return refused(err) || errors.As(err, &record) ||
		errors.Is(err, nats.ErrSecureConnWanted) || errors.Is(err, nats.ErrSecureConnRequired)
}

// A dialer connects for nats.go, at first under a context, and remembers what went wrong,
// which nats.go does not tell.
type dialer struct {
	dial func(context.Context) (net.Conn, error)

	mu      sync.Mutex
	ctx     context.Context // of the first connection, nil after that
	conn    net.Conn        // the first
	err     error
	aborted bool
}

func (d *dialer) Dial(network, address string) (net.Conn, error) {
	d.mu.Lock()
	ctx := d.ctx
	d.mu.Unlock()
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var conn net.Conn
	var err error
	if d.dial != nil {
		conn, err = d.dial(ctx)
	} else {
		conn, err = new(net.Dialer).DialContext(ctx, network, address)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
	if d.ctx != nil && err == nil {
		if d.aborted {
			conn.Close()
		}
		d.conn = conn
	}
	return conn, err
}

// abort closes the first connection while it is not yet made.
func (d *dialer) abort() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.aborted = true
	if d.ctx != nil && d.conn != nil {
		d.conn.Close()
	}
}

// keep ends the hold of the context over the connection, unless it was aborted.
func (d *dialer) keep() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ctx, d.conn = nil, nil
	return !d.aborted
}

// cause is why nats.go could not connect.
func (d *dialer) cause(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.aborted:
		return context.Cause(d.ctx)
	case errors.Is(err, nats.ErrNoServers) && d.err != nil:
		return d.err
	}
	return err
}
