package endpoint

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/spans"
)

// Defaults of [Config].
const (
	DefaultTimeout     = 300 * time.Second
	DefaultIdleTimeout = 120 * time.Second
)

// Config says how to reach an endpoint. Only URL is required.
type Config struct {
	// URL is the address of the server, with or without the path of the API:
	// http://host:8000, http://host:8000/v1 and
	// http://host:8000/v1/chat/completions are the same. Credentials in it are
	// an error.
	URL string
	// API is the dialect of requests and answers. Empty means the one whose path URL
	// ends in (/chat/completions, /messages or /responses), and APIChat where it ends in
	// none. A path that contradicts API is an error.
	API API
	// APIKey is sent as a bearer token unless empty, and with APIMessages as x-api-key
	// too. It never appears in an error.
	APIKey Secret
	// Header is added to every request. Where it has them, it replaces Authorization and
	// X-Api-Key of the key, and anthropic-version, which is 2023-06-01 with APIMessages.
	Header http.Header
	// SessionHeader names the header that carries the session of each request, for
	// servers and routers with session affinity; empty sends none.
	SessionHeader string
	// Timeout bounds one request, connecting included; 0 means DefaultTimeout.
	Timeout time.Duration
	// IdleTimeout bounds the silence before the response headers and between
	// network reads; 0 means DefaultIdleTimeout. Comments that a server sends to
	// keep a connection alive break the silence. It must be longer than the
	// longest expected TTFT.
	IdleTimeout time.Duration
	// HTTP2 multiplexes all requests over shared HTTP/2 connections, in plaintext
	// (h2c) for http URLs. The default is HTTP/1.1 with one connection per Conn, so
	// that no stream delays the stamps of another.
	HTTP2 bool
	// TLS configures TLS; nil verifies against the system's roots.
	TLS *tls.Config
	// Dial opens the connections; nil means TCP. Without TLS, and where it returns a
	// *net.TCPConn or *net.UnixConn, request bodies are sent without being copied.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// A Secret is a string that is not printed: formatting or encoding it shows only
// whether it is set.
type Secret string

// String returns "[set]" or the empty string.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[set]"
}

// GoString is String, so that %#v does not leak it either.
func (s Secret) GoString() string { return s.String() }

// MarshalText returns what String does.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Validate returns all mistakes in the configuration, joined.
func (c Config) Validate() error {
	_, _, err := c.resolve()
	return err
}

// ResolvedAPI returns the API of requests: API, or what URL says of it. It is empty where
// Validate finds a mistake in either.
func (c Config) ResolvedAPI() API {
	path := c.URL
	if u, err := url.Parse(c.URL); err == nil {
		path = u.Path
	}
	a, _ := c.API.settle(strings.TrimRight(path, "/"))
	return a
}

// resolve returns the address of the API and which that is.
func (c Config) resolve() (*url.URL, API, error) {
	var errs []error
	u, err := url.Parse(c.URL)
	switch {
	case c.URL == "":
		errs = append(errs, errors.New("endpoint: URL is missing"))
	case err != nil:
		// Not err itself: it would repeat the URL and any password in it.
		errs = append(errs, errors.New("endpoint: URL cannot be parsed, expected one like http://host:8000"))
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		errs = append(errs, fmt.Errorf("endpoint: URL %q, expected one like http://host:8000", bare(u)))
	case u.User != nil:
		errs = append(errs, fmt.Errorf("endpoint: URL %q holds credentials; use the API key or a header", bare(u)))
	case u.RawQuery != "" || u.Fragment != "":
		errs = append(errs, fmt.Errorf("endpoint: URL %q has a query or fragment", bare(u)))
	}
	errs = append(errs, spans.Check("endpoint: Timeout", c.Timeout, 0), spans.Check("endpoint: IdleTimeout", c.IdleTimeout, 0))
	for name, values := range c.Header {
		for _, v := range values {
			// The value may be a secret: only the name is shown.
			if !validHeader(name, v) {
				errs = append(errs, fmt.Errorf("endpoint: header %q has a name or value that HTTP forbids", name))
			}
		}
	}
	if c.SessionHeader != "" && !validHeader(c.SessionHeader, "") {
		errs = append(errs, fmt.Errorf("endpoint: session header %q is not a header name", c.SessionHeader))
	}
	if !validHeader("Authorization", string(c.APIKey)) {
		errs = append(errs, errors.New("endpoint: APIKey holds a character that a header cannot (a line end?)"))
	}
	var path string
	if err == nil {
		path = strings.TrimRight(u.Path, "/")
	}
	api, contradiction := c.API.settle(path)
	if err := errors.Join(append(errs, contradiction)...); err != nil {
		return nil, "", err
	}
	switch {
	case apiAt(path) != "":
	case path == "":
		path = "/v1" + api.path()
	default:
		path += api.path()
	}
	u.Path, u.RawPath = path, ""
	return u, api, nil
}

// bare returns the parts of a URL that hold no secret.
func bare(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Opaque: u.Opaque, Host: u.Host, Path: u.Path}).String()
}

// validHeader reports whether a header can be sent.
func validHeader(name, value string) bool {
	const token = "!#$%&'*+-.^_`|~"
	for _, r := range name {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(token, r)) {
			return false
		}
	}
	return name != "" && !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
