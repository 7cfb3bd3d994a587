package broker

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
)

// A raw client speaks NATS's protocol itself, so that what a library would not send is
// tried too.
type raw struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// rawDial connects, with TLS if it is given, and returns what the broker said of it.
func rawDial(t *testing.T, at string, user, password string, config *tls.Config) (*raw, error) {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	return rawOn(t, conn, user, password, config)
}

func rawOn(t *testing.T, conn net.Conn, user, password string, config *tls.Config) (*raw, error) {
	t.Helper()
	t.Cleanup(func() { conn.Close() })
	c := &raw{t: t, conn: conn, r: bufio.NewReader(conn)}
	if info, err := c.r.ReadString('\n'); err != nil || !strings.HasPrefix(info, "INFO ") {
		return nil, fmt.Errorf("%q (%v), want INFO", info, err)
	}
	if config != nil {
		c.conn = tls.Client(conn, config)
		c.r = bufio.NewReader(c.conn)
	}
	options, err := json.Marshal(map[string]any{"user": user, "pass": password, "lang": "test", "protocol": 1})
	if err != nil {
		t.Fatal(err)
	}
	return c, c.do("CONNECT " + string(options) + "\r\n")
}

// do sends a part of the protocol, and returns the error that comes before the answer to
// a ping behind it.
func (c *raw) do(s string) error {
	if _, err := c.conn.Write([]byte(s + "PING\r\n")); err != nil {
		return err
	}
	var refused error
	for {
		line, err := c.r.ReadString('\n')
		switch {
		case err != nil && refused != nil:
			return refused
		case err != nil:
			return err
		case strings.HasPrefix(line, "PONG"):
			return refused
		case strings.HasPrefix(line, "-ERR"):
			refused = fmt.Errorf("%s", strings.TrimSpace(line))
		case strings.HasPrefix(line, "PING"):
			if _, err := c.conn.Write([]byte("PONG\r\n")); err != nil {
				return err
			}
		}
	}
}
