package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// command runs the program with an environment.
func command(t *testing.T, env map[string]string, args ...string) (status int, output string) {
	t.Helper()
	var out bytes.Buffer
	status = run(t.Context(), args, &out, &out, func(key string) string { return env[key] })
	return status, out.String()
}

// What is wrong on the command line is said at once, before anything is waited for.
func TestUsage(t *testing.T) {
	junk := filepath.Join(t.TempDir(), "junk")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	words := strings.Fields
	control := func(s string) []string { return words("controller -endpoint http://127.0.0.1:1 -model x " + s) }
	work := func(s string) []string { return words("worker " + s) }
	good := "-controller nats://127.0.0.1:1 -endpoint http://127.0.0.1:1 -name a "
	for _, tt := range []struct {
		args   []string
		status int
		says   string
	}{
		{nil, cli.Usage, "Usage: agentperf-fleet COMMAND"},
		{words("-h"), cli.OK, "Usage: agentperf-fleet COMMAND"},
		{words("runner"), cli.Usage, `command "runner", expected controller, worker or local`},

		{words("controller -h"), cli.OK, "Usage: agentperf-fleet controller [flags]"},
		{words("controller -h"), cli.OK, "-journal folder"},
		{control(""), cli.Usage, "-workers is 0, expected 1 to 1000"},
		{control("-workers 1001"), cli.Usage, "-workers is 1001, expected 1 to 1000"},
		{control("-workers 1 -lease 900ms"), cli.Usage, "-lease is 900ms, expected 1s to 1m"},
		{control("-workers 1 -lease 61s"), cli.Usage, "-lease is 1m1s, expected 1s to 1m"},
		{control("-workers 1 -lease 2562047h47m16s"), cli.Usage, "-lease is 2562047h47m16s, expected 1s to 1m"},
		{control("-workers 1 -wait 0"), cli.Usage, "-wait is 0s"},
		{control("-workers 1 -fleet a.b"), cli.Usage, `-fleet is "a.b"`},
		{control("-workers 1 -listen 4222"), cli.Usage, `-listen is "4222", expected host:port`},
		{control("-workers 1 -listen :4222"), cli.Usage, "which other machines can reach, expected -tls-cert, -tls-key and -tls-ca too"},
		{control("-workers 1 -listen 0.0.0.0:0"), cli.Usage, "which other machines can reach"},
		{control("-workers 1 -listen [::]:0"), cli.Usage, "which other machines can reach"},
		{control("-workers 1 -listen example.com:0"), cli.Usage, "which other machines can reach"},
		{control("-workers 1 -tls-cert x -tls-key y"), cli.Usage, "expected all three or none"},
		{control("-workers 1 -tls-cert x -tls-ca y"), cli.Usage, "-tls-cert and -tls-key: expected both or none"},
		{control("-workers 1 -listen 127.0.0.1:0 -nats nats://127.0.0.1:1"), cli.Usage, "-listen and -nats: expected one of them"},
		{control("-workers 1 -json " + junk + " -nats tls://127.0.0.1:1 -tls-ca " + junk), cli.Usage, "-json would overwrite"},
		{control("-workers 1 -nats tls://127.0.0.1:1 -tls-ca " + junk), cli.Failed, "has no certificate, expected PEM"},
		{control("-workers 1 -nats nats://192.0.2.1:1"), cli.Failed, "is not on this machine"},
		{control("-workers 1 -nats http://127.0.0.1:1"), cli.Failed, "expected nats://host:port or tls://host:port"},
		{control("-workers 1 -listen 127.0.0.1:0 -wait 10ms"), cli.Failed, "fleet: workers are missing or do not fit: after 10ms 0 of 1 workers are there"},
		{control("-workers 1 extra"), cli.Usage, `unexpected argument "extra"`},

		{words("local -h"), cli.OK, "Usage: agentperf-fleet local [flags]"},
		{words("local"), cli.Usage, "-workers is 0"},
		{words("local -workers 2 -listen 127.0.0.1:0"), cli.Usage, "-listen"},

		{words("worker -h"), cli.OK, "Usage: agentperf-fleet worker [flags]"},
		{work(""), cli.Usage, "-controller is missing"},
		{work(""), cli.Usage, "-endpoint is missing"},
		{work(good + "-name A"), cli.Usage, `-name is "A", expected 1 to 63 of a-z, 0-9 and -`},
		{work(good + "-name controller"), cli.Usage, `-name is "controller"`},
		{work(good + "-capacity -1"), cli.Usage, "-capacity is -1, expected 0 to 1000000"},
		{work(good + "-fleet x."), cli.Usage, `-fleet is "x."`},
		{work(good + "-format x"), cli.Usage, `"x"`},
		{work(good + "-model x"), cli.Usage, "not defined: -model"}, // the controller says what is in requests
		{work(good + "-field x=1"), cli.Usage, "not defined: -field"},
		{work(good + "-tls-key x"), cli.Usage, "-tls-cert and -tls-key: expected both or none"},
		{work(good + "-api-key-env NONE"), cli.Usage, "-api-key-env"},
		{work(good + "extra"), cli.Usage, `unexpected argument "extra"`},
		{work(good + "-workload no/such"), cli.Failed, "no/such"},
		{work(good + "-tls-cert no/such -tls-key x"), cli.Failed, "no/such"},
		{work("-controller nats://192.0.2.1:4222 -endpoint http://127.0.0.1:1 -name a"), cli.Failed, "is not on this machine"},
	} {
		status, output := command(t, nil, tt.args...)
		if status != tt.status || !strings.Contains(output, tt.says) {
			t.Errorf("%q: status %d, want %d and %q:\n%.2000s", tt.args, status, tt.status, tt.says, output)
		}
		if status == cli.Usage && len(tt.args) > 0 && !strings.Contains(tt.says, "overwrite") && !strings.Contains(output, "-h for usage.\n") {
			t.Errorf("%q: it is not said where to read more:\n%s", tt.args, output)
		}
	}
}

func TestNameOfWorker(t *testing.T) {
	for _, tt := range []struct {
		given, worker, index, host string
		want                       string // empty for an error
	}{
		{"a-1", "b", "2", "host", "a-1"},
		{"", "b", "2", "host", "b"},
		{"", "", "2", "host", "worker-2"},
		{"", "", "", "Rack7.example.com", "rack7-example-com"},
		{"", "", "", "_h\u00f6st_", "h-st"},
		{"", "", "", strings.Repeat("h", 70), strings.Repeat("h", 63)},
		{"", "", "", "...", ""},
		{"", "", "", "Controller", ""},
		{"", "", "", "", ""},
		{"a.b", "", "", "host", ""},
		{"controller", "", "", "host", ""},
		{"", "B", "", "host", ""},
		{"", "", "x.y", "host", ""},
	} {
		env := map[string]string{"AGENTPERF_WORKER": tt.worker, "JOB_COMPLETION_INDEX": tt.index}
		got, err := nameOf(tt.given, func(key string) string { return env[key] }, func() (string, error) {
			if tt.host == "" {
				return "", errors.New("unknown")
			}
			return tt.host, nil
		})
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%+v: %q, %v", tt, got, err)
		}
	}
}
