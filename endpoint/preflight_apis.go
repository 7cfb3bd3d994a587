package endpoint

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// has reports whether the server knows the path of an API: whether it refuses what is not
// JSON. Statuses of proxies and of credentials say nothing of that, nor does a page for
// every path.
func (c *Conn) has(ctx context.Context, a API) bool {
	const limit = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, min(limit, c.client.cfg.Timeout))
	defer cancel()
	u := *c.client.url
	u.Path = c.client.root() + a.path()
	c.Close() // a connection that the server is about to close would fail the request
	const broken = "{"
	req := (&http.Request{
		Method: http.MethodPost, URL: &u, Host: u.Host, Header: c.client.header.Clone(),
		Body: io.NopCloser(strings.NewReader(broken)), ContentLength: int64(len(broken)),
	}).WithContext(ctx)
	moveHost(req)
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode/100 >= 4 && !slices.Contains([]int{
		http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented,
		http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	}, resp.StatusCode)
}

// missing reports whether an error says that the path of the API is not there.
func missing(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Outcome == OutcomeStatus && (e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed)
}
