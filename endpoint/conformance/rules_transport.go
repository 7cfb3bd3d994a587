package conformance

import (
	"context"
	"crypto/tls"
	"strings"

	"github.com/agentperf/agentperf-go/endpoint"
)

// keepAliveRequests is how many requests go over a connection one after the other: one server
// closes it after each second answer.
const keepAliveRequests = 4

func keepAlive(ctx context.Context, s *suite) seen {
	conn := s.client.Conn()
	defer conn.Close()
	before := s.client.Counters()
	reused, closes := 0, false
	for i := range keepAliveRequests {
		a := s.ask(ctx, conn, question{tokens: shortTokens, messages: []message{said("user", "Hi")}})
		if !a.served() {
			return skipped("request %d failed: %v", i+1, a.err)
		}
		if i > 0 && a.reused && a.Reconnects == 0 {
			reused++
		}
		closes = closes || strings.EqualFold(a.header.Get("Connection"), "close")
	}
	switch c := s.client.Counters().Since(before); {
	case c.Reconnects > 0:
		return failed("%d of %d connections were found dead when the next request was sent", c.Reconnects, keepAliveRequests-1)
	case c.Unclosed > 0:
		return failed("%d of %d answers were left open when they were complete, and cost their connection", c.Unclosed, keepAliveRequests)
	case reused < keepAliveRequests-1 && closes:
		return failed("%d of %d requests found the connection open; answers say \"Connection: close\"", reused, keepAliveRequests-1)
	case reused < keepAliveRequests-1:
		return failed("%d of %d requests found the connection open; it is closed without notice", reused, keepAliveRequests-1)
	}
	return passed("%d requests over one connection", keepAliveRequests)
}

func http2(ctx context.Context, s *suite) seen {
	if s.cfg.Endpoint.HTTP2 {
		return passed("all requests went over %s", s.control.proto)
	}
	cfg := s.cfg.Endpoint
	cfg.HTTP2 = true
	client, err := endpoint.New(cfg)
	if err != nil {
		return skipped("%v", err)
	}
	defer client.Close()
	conn := client.Conn()
	defer conn.Close()
	a := s.ask(ctx, conn, question{tokens: shortTokens, messages: []message{said("user", "Hi")}})
	switch {
	case !a.served():
		return failed("a request over HTTP/2 failed, where those over HTTP/1.1 do not: %v", a.err)
	case !strings.HasPrefix(a.proto, "HTTP/2"):
		return failed("the server answers with %s", a.proto)
	}
	return passed("a request was answered over %s", a.proto)
}

func encrypted(_ context.Context, s *suite) seen {
	state := s.control.tls
	switch {
	case state == nil:
		return skipped("the URL is http, not https")
	case s.cfg.Endpoint.TLS != nil && s.cfg.Endpoint.TLS.InsecureSkipVerify:
		return failed("%s; the configuration does not verify the certificate", tls.VersionName(state.Version))
	}
	return passed("%s, certificate trusted", tls.VersionName(state.Version))
}
