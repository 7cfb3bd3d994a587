package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/conformance"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// asSuite in the environment is the fault of the server that TestSuite looks at; TestTest runs
// it, in a process of its own.
const asSuite = "CONFORMANCE_AS_SUITE"

func TestSuite(t *testing.T) {
	fault, ok := os.LookupEnv(asSuite)
	if !ok {
		t.Skip("run by TestTest")
	}
	engine := &endpointtest.Engine{PerRequest: 20_000, Fault: func(int) endpointtest.Fault {
		return endpointtest.Fault{Kind: endpointtest.FaultKind(fault)}
	}}
	server, err := endpointtest.Serve(engine)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	cfg := conformance.Config{Timeout: time.Minute}
	cfg.Endpoint.URL = server.URL
	conformance.Test(t, cfg, conformance.Usage, conformance.MaxTokens, conformance.Errors)
}

// As a test, a failed rule fails its subtest and no other, and a deadline that is too short is
// fatal before anything is sent.
func TestTest(t *testing.T) {
	suite := func(fault string, args ...string) (output string, failed bool) {
		cmd := exec.Command(os.Args[0], append([]string{"-test.run", "^TestSuite$/^(usage|errors|http2|tls)$", "-test.v"}, args...)...)
		cmd.Env = append(os.Environ(), asSuite+"="+fault)
		text, err := cmd.CombinedOutput()
		return string(text), err != nil
	}
	for _, tt := range []struct {
		fault, timeout string
		failed         bool
		want           []string
	}{
		{"", "5m", false, []string{"at most 35 requests", "--- PASS: TestSuite/usage", "--- PASS: TestSuite/errors", "--- PASS: TestSuite/http2", "--- SKIP: TestSuite/tls", "failed: a request over HTTP/2 failed"}},
		{"no_usage", "5m", true, []string{"--- FAIL: TestSuite/usage", "without a count of output tokens (speeds are in tokens", "--- PASS: TestSuite/errors"}},
		{"", "1m", true, []string{"the suite may take 1m0s and the test has ", "run it with a -timeout that is ", "or with a shorter Config.Timeout"}},
	} {
		output, failed := suite(tt.fault, "-test.timeout", tt.timeout)
		for _, want := range tt.want {
			if failed != tt.failed || !strings.Contains(output, want) {
				t.Errorf("fault %q, timeout %s: failed %t, want %q\n%s", tt.fault, tt.timeout, failed, want, output)
			}
		}
	}
}

// A server over TLS, whose certificate is trusted or not looked at.
func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(&endpointtest.Engine{PerRequest: 20_000})
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	for _, verified := range []bool{true, false} {
		cfg := conformance.Config{}
		cfg.Endpoint.URL = server.URL
		cfg.Endpoint.TLS = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		cfg.Endpoint.TLS.InsecureSkipVerify = !verified
		r, err := conformance.Run(t.Context(), cfg, conformance.TLS, conformance.HTTP2)
		if err != nil {
			t.Fatal(err)
		}
		if f := finding(t, r, conformance.TLS); !strings.HasPrefix(f.Saw, "TLS 1.3") || (f.Status == conformance.Passed) != verified {
			t.Errorf("verified %t: %s: %s", verified, f.Status, f.Saw)
		}
		if f := finding(t, r, conformance.HTTP2); f.Status != conformance.Passed {
			t.Errorf("%s: %s", f.Status, f.Saw)
		}
	}
}
