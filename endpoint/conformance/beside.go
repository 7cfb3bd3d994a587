package conformance

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/secrets"
)

// secretsOf returns a finder of what a server that repeats its request must not bring into a
// report.
func secretsOf(cfg *endpoint.Config) *secrets.Finder {
	known := secrets.Credentials("Authorization", "Bearer "+string(cfg.APIKey))
	for name, values := range cfg.Header {
		for _, value := range values {
			known = append(known, secrets.Credentials(name, value)...)
		}
	}
	return secrets.New(known...)
}

// apiRoot returns what paths of the server's APIs begin with, given that of one of them.
func apiRoot(path string) string {
	path = strings.TrimRight(path, "/")
	for _, end := range []string{"/chat/completions", "/messages", "/responses"} {
		if root, ok := strings.CutSuffix(path, end); ok {
			return root
		}
	}
	return path
}

// beside sends a request for something else than a completion, over a connection of its own.
func (s *suite) beside(ctx context.Context, method string, u *url.URL, body []byte) (*http.Response, error) {
	header := make(http.Header)
	for name, values := range s.cfg.Endpoint.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	add := func(name, value string) { // as the client does
		if len(header.Values(name)) == 0 {
			header.Set(name, value)
		}
	}
	req := (&http.Request{Method: method, URL: u, Host: u.Host, Header: header}).WithContext(ctx)
	if body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		header.Set("Content-Type", "application/json")
		add("Anthropic-Version", "2023-06-01")
	}
	if key := string(s.cfg.Endpoint.APIKey); key != "" {
		add("Authorization", "Bearer "+key)
		if body != nil {
			add("X-Api-Key", key)
		}
	}
	if host := header.Get("Host"); host != "" { // where net/http looks for it
		req.Host = host
		header.Del("Host")
	}
	transport := &http.Transport{DialContext: s.cfg.Endpoint.Dial, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}
	if s.cfg.Endpoint.TLS != nil {
		transport.TLSClientConfig = s.cfg.Endpoint.TLS.Clone()
	}
	return transport.RoundTrip(req)
}
