package endpoint_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
)

// try sends one request to an endpoint and returns how it ended.
func try(t *testing.T, cfg endpoint.Config) error {
	t.Helper()
	client, err := endpoint.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	conn := client.Conn()
	defer client.Close()
	defer conn.Close()
	var c metrics.Clock
	return conn.Send(t.Context(), "", body(5, ""), &c)
}

func TestWhoseFault(t *testing.T) {
	sys := func(name string, errno syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError(name, errno)}
	}
	for _, tt := range []struct {
		err  error
		want endpoint.Outcome
	}{
		{sys("connect", syscall.ECONNREFUSED), endpoint.OutcomeRefused},
		{sys("connect", syscall.EHOSTUNREACH), endpoint.OutcomeRefused},
		{sys("connect", syscall.ETIMEDOUT), endpoint.OutcomeTimeoutBeforeHeaders},
		{sys("read", syscall.ECONNRESET), endpoint.OutcomeReset},
		{sys("socket", syscall.EMFILE), endpoint.OutcomeLocal},
		{sys("socket", syscall.ENFILE), endpoint.OutcomeLocal},
		{sys("connect", syscall.EADDRNOTAVAIL), endpoint.OutcomeLocal},
		{sys("connect", syscall.ENOBUFS), endpoint.OutcomeLocal},
		{&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}, endpoint.OutcomeLocal},
		// A name server that is slow is still not the endpoint's fault.
		{&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "i/o timeout", Name: "x", IsTimeout: true}}, endpoint.OutcomeLocal},
	} {
		synctest.Test(t, func(t *testing.T) {
			err := try(t, endpoint.Config{
				URL:  "http://mem",
				Dial: func(context.Context, string, string) (net.Conn, error) { return nil, tt.err },
			})
			if outcome(err) != tt.want {
				t.Errorf("%v: outcome %s, want %s", tt.err, outcome(err), tt.want)
			}
		})
	}
}

func TestRefusedPort(t *testing.T) {
	server, err := endpointtest.Serve(&endpointtest.Engine{})
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	if err := try(t, endpoint.Config{URL: server.URL}); outcome(err) != endpoint.OutcomeRefused {
		t.Errorf("%v, want %s", err, endpoint.OutcomeRefused)
	}
}

func TestTLS(t *testing.T) {
	secure := httptest.NewUnstartedServer(&endpointtest.Engine{PerRequest: 1e4})
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	defer secure.Close()
	plain := httptest.NewServer(&endpointtest.Engine{})
	defer plain.Close()

	trusting := &tls.Config{RootCAs: secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	for _, tt := range []struct {
		name string
		cfg  endpoint.Config
		want endpoint.Outcome
	}{
		{"trusted", endpoint.Config{URL: secure.URL, TLS: trusting}, endpoint.OutcomeOK},
		{"trusted, HTTP/2", endpoint.Config{URL: secure.URL, TLS: trusting, HTTP2: true}, endpoint.OutcomeOK},
		{"not trusted", endpoint.Config{URL: secure.URL}, endpoint.OutcomeTLS},
		{"TLS to a plain port", endpoint.Config{URL: strings.Replace(plain.URL, "http", "https", 1)}, endpoint.OutcomeTLS},
		{"plain to a TLS port", endpoint.Config{URL: strings.Replace(secure.URL, "https", "http", 1)}, endpoint.OutcomeStatus},
	} {
		if err := try(t, tt.cfg); outcome(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestRequestOnTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got *http.Request
		var sent string
		_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			got, sent = r, string(b)
			io.WriteString(w, answer)
		}), endpoint.Config{
			APIKey: "sk-secret", SessionHeader: "X-Session-ID",
			Header: http.Header{"x-team": {"blue"}, "Host": {"router.example"}},
		})
		segments := [][]byte{[]byte("one"), nil, []byte("two")}
		var c metrics.Clock
		if err := conn.Send(t.Context(), "s-1", segments, &c); err != nil {
			t.Fatal(err)
		}
		if got.URL.Path != "/v1/chat/completions" || got.ContentLength != 6 || sent != "onetwo" || got.Host != "router.example" {
			t.Errorf("%s, length %d, body %q, host %q", got.URL.Path, got.ContentLength, sent, got.Host)
		}
		for name, want := range map[string]string{
			"Authorization": "Bearer sk-secret", "X-Session-Id": "s-1", "X-Team": "blue",
			"Accept": "text/event-stream", "Accept-Encoding": "identity", "Content-Type": "application/json",
		} {
			if v := got.Header.Get(name); v != want {
				t.Errorf("header %s = %q, want %q", name, v, want)
			}
		}
	})
}

func TestRedirectIsNotFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls++
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}), endpoint.Config{})
		var c metrics.Clock
		err := conn.Send(t.Context(), "", body(1, ""), &c)
		if outcome(err) != endpoint.OutcomeStatus || !strings.Contains(err.Error(), "HTTP status 307: redirect to /elsewhere") || calls != 1 {
			t.Errorf("%v after %d calls", err, calls)
		}
	})
}

func TestConfig(t *testing.T) {
	for url, want := range map[string]string{
		"http://h:1": "", "https://h/v1/": "", "http://h/api/v1/chat/completions": "",
		"":                    "URL is missing",
		"h:8000":              "expected one like http://host:8000",
		"ftp://h":             "expected one like http://host:8000",
		"http://u:hunter2@h":  "holds credentials",
		"http://h\x7f:hunter": "cannot be parsed",
		"http://h/v1?key=1":   "has a query",
	} {
		err := endpoint.Config{URL: url}.Validate()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter") {
			t.Errorf("%q: the error shows the password: %v", url, err)
		}
	}
	err := endpoint.Config{Timeout: -1, IdleTimeout: -1, APIKey: "sk-secret\n", Header: http.Header{"a b": {"x"}, "C": {"hunter\n"}}}.Validate()
	for _, want := range []string{"URL is missing", "Timeout is -1ns", "IdleTimeout is", "APIKey holds", `header "a b"`, `header "C"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not mention %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "sk-secret") || strings.Contains(err.Error(), "hunter") {
		t.Errorf("the error shows a secret: %v", err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if s := fmt.Sprintf(format, endpoint.Config{APIKey: "sk-secret"}); strings.Contains(s, "sk-secret") {
			t.Errorf("%s prints the key", format)
		}
	}
}
