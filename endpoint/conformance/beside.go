package conformance

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

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
	header := s.cfg.Endpoint.Header.Clone()
	if header == nil {
		header = make(http.Header)
	}
	req := (&http.Request{Method: method, URL: u, Host: u.Host, Header: header}).WithContext(ctx)
	if body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		header.Set("Content-Type", "application/json")
		header.Set("Anthropic-Version", "2023-06-01")
	}
	if key := string(s.cfg.Endpoint.APIKey); key != "" {
		header.Set("Authorization", "Bearer "+key)
		if body != nil {
			header.Set("X-Api-Key", key)
		}
	}
	transport := &http.Transport{DialContext: s.cfg.Endpoint.Dial, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}
	if s.cfg.Endpoint.TLS != nil {
		transport.TLSClientConfig = s.cfg.Endpoint.TLS.Clone()
	}
	return transport.RoundTrip(req)
}
