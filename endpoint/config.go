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
)

// Defaults of [Config].
const (
	DefaultTimeout     = 300 * time.Second
	DefaultIdleTimeout = 120 * time.Second
)

// Config says how to reach an endpoint. Only URL has no default.
type Config struct {
	// URL is the server, with or without the path of the API:
	// http://host:8000, https://host/v1 and .../v1/chat/completions are the
	// same. It holds no credentials.
	URL string
	// APIKey is sent as a bearer token; empty sends none. It never appears in
	// an error.
	APIKey Secret
	// Header is added to every request.
	Header http.Header
	// SessionHeader names a header that carries the session of each request,
	// for servers and routers with session affinity; empty sends none.
	SessionHeader string
	// Timeout bounds one request from before connecting to its end; 0 means
	// DefaultTimeout.
	Timeout time.Duration
	// IdleTimeout bounds the silence before the response headers and between
	// network reads (a comment that a server sends to keep a connection alive
	// breaks the silence); 0 means DefaultIdleTimeout. It must outlast the
	// longest honest wait for a first token.
	IdleTimeout time.Duration
	// HTTP2 multiplexes all requests over shared HTTP/2 connections, in
	// plaintext (h2c) for http URLs. The default is HTTP/1.1 with one
	// connection per Conn, which keeps the stamps of one stream free of the
	// others'.
	HTTP2 bool
	// TLS configures TLS, nil for the system's roots.
	TLS *tls.Config
	// Dial makes the connections, nil for TCP. Tests use an in-memory network. Bodies
	// go out uncopied where it returns a *net.TCPConn or *net.UnixConn and there is no
	// TLS.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// A Secret is a string that does not print: formatting or encoding it shows
// only whether it is set.
type Secret string

// String returns "[set]" or the empty string.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[set]"
}

// GoString is String, so that %#v is no leak either.
func (s Secret) GoString() string { return s.String() }

// MarshalText encodes s as String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// redact removes the secret from text that a server may have echoed.
func (s Secret) redact(text string) string {
	if s == "" {
		return text
	}
	return strings.ReplaceAll(text, string(s), s.String())
}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	_, err := c.resolve()
	return err
}

// resolve returns the address of chat completions.
func (c Config) resolve() (*url.URL, error) {
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
	if c.Timeout < 0 {
		errs = append(errs, fmt.Errorf("endpoint: Timeout is %v, expected 0 or more", c.Timeout))
	}
	if c.IdleTimeout < 0 {
		errs = append(errs, fmt.Errorf("endpoint: IdleTimeout is %v, expected 0 or more", c.IdleTimeout))
	}
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
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	path := strings.TrimRight(u.Path, "/")
	switch {
	case strings.HasSuffix(path, completionsPath):
	case path == "":
		path = "/v1" + completionsPath
	default:
		path += completionsPath
	}
	u.Path, u.RawPath = path, ""
	return u, nil
}

// bare returns the parts of a URL that hold no secret.
func bare(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Opaque: u.Opaque, Host: u.Host, Path: u.Path}).String()
}

const completionsPath = "/chat/completions"

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
