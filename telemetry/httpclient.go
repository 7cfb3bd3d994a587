package telemetry

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/internal/secrets"
)

// An httpClient reads pages of one server, over one connection that is kept.
type httpClient struct {
	url    *url.URL
	header http.Header
	http   *http.Client
	secret *secrets.Finder
	body   bytes.Buffer // of the last answer
}

// Transport says how to reach a target; the zero value is plain TCP, without credentials.
type Transport struct {
	// Header is added to every request, such as an Authorization. It is never shown.
	Header http.Header
	// TLS configures TLS; nil verifies against the system's roots.
	TLS *tls.Config
	// Dial opens connections; nil means TCP. There is no proxy.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// newHTTPClient returns a client for a URL; without a path it gets one.
func newHTTPClient(address, path string, t Transport) (*httpClient, error) {
	u, err := url.Parse(address)
	if err != nil {
		// The URL itself may hold a password.
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err
		}
		return nil, fmt.Errorf("telemetry: not a URL: %w", err)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("telemetry: %.60q is not a URL, expected one like http://host:8000/metrics", u.Redacted())
	case u.User != nil:
		return nil, errors.New("telemetry: the URL has credentials in it; give them in a header")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = path
	}
	u.Fragment = ""
	var known []string
	for name, values := range t.Header {
		for _, value := range values {
			known = append(known, secrets.Credentials(name, value)...)
		}
	}
	for _, values := range u.Query() {
		known = append(known, values...) // such as ?token=
	}
	transport := &http.Transport{
		DialContext: t.Dial,
		// To compress a page costs an engine milliseconds in the process that streams
		// answers, more than its bytes cost anybody.
		DisableCompression:     true,
		MaxIdleConnsPerHost:    1,
		MaxConnsPerHost:        1,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		ReadBufferSize:         64 << 10, // a page in one or two reads
		TLSClientConfig:        t.TLS.Clone(),
	}
	return &httpClient{
		url:    u,
		header: t.Header.Clone(),
		secret: secrets.New(known...),
		http: &http.Client{
			Transport: transport,
			// Headers with credentials go to the server that was named, and to no other.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// name returns the address without what may be secret.
func (c *httpClient) name() string {
	u := *c.url
	u.RawQuery = ""
	return u.String()
}

// longest bounds one question where the context does not.
const longest = 30 * time.Second

// do asks, and returns an answer of at most some bytes, valid until the next, and its header.
func (c *httpClient) do(ctx context.Context, method, form, accept string, most int) (body []byte, header http.Header, err error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	defer func() {
		if err != nil {
			err = errors.New(c.quote(err.Error()))
		}
	}()
	req, err := http.NewRequestWithContext(ctx, method, c.url.String(), strings.NewReader(form))
	if err != nil {
		return nil, nil, err
	}
	for name, values := range c.header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	req.Header.Set("User-Agent", "agentperf-go")
	req.Header.Set("Accept", accept)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // its text has the whole URL
		}
		return nil, nil, err
	}
	defer resp.Body.Close()
	var r io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		if r, err = gzip.NewReader(io.LimitReader(r, int64(most))); err != nil {
			return nil, nil, err
		}
	}
	c.body.Reset()
	n, err := c.body.ReadFrom(io.LimitReader(r, int64(most)+1))
	switch {
	case resp.StatusCode != http.StatusOK:
		return nil, nil, fmt.Errorf("answered %d: %.300s", resp.StatusCode, c.body.Bytes())
	case err != nil:
		return nil, nil, err
	case n > int64(most):
		return nil, nil, fmt.Errorf("an answer of more than %d bytes", most)
	}
	return c.body.Bytes(), resp.Header, nil
}

// quote makes text fit to print: one bounded line, without secrets.
func (c *httpClient) quote(text string) string {
	text = string(c.secret.Redact([]byte(strings.ToValidUTF8(text, "?"))))
	text = plain.Text(strings.Join(strings.Fields(text), " "))
	return plain.Cut(text, 300, "...")
}
