package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint/conformance"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

func conform(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs, func(string) string { return "" })
	return status, out.String(), errs.String()
}

// A server that conforms has status 0, one of which a wanted rule fails has 3, and the report
// is written in both cases.
func TestStatus(t *testing.T) {
	server, err := endpointtest.Serve(&endpointtest.Engine{PerRequest: 20_000})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, tt := range []struct {
		want   string
		status int
		errors string
	}{
		{"usage, errors", 0, ""},
		{"usage,http2", 3, "conform: conformance: http2: a request over HTTP/2 failed, where those over HTTP/1.1 do not"},
	} {
		file := filepath.Join(t.TempDir(), "report.json")
		status, out, errs := conform(t, "-endpoint", server.URL, "-want", tt.want, "-json", file)
		if status != tt.status || !strings.Contains(errs, tt.errors) || !strings.Contains(errs, "At most 35 requests, 10658 output tokens") {
			t.Errorf("-want %s: status %d, want %d\n%s", tt.want, status, tt.status, errs)
		}
		if !strings.Contains(out, "usage            passed   yes       ") || !strings.Contains(out, "tls              skipped  -         the URL is http, not https") {
			t.Errorf("the table is\n%s", out)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var r conformance.Report
		if err := json.Unmarshal(text, &r); err != nil || r.Schema != conformance.Schema || !r.Complete || (r.Err() == nil) != (status == 0) {
			t.Errorf("%v\n%s", err, text)
		}
		readme, err := os.ReadFile("../../README.md")
		if says := fmt.Sprintf("looked at by %d rules, in some seconds and with at most %d requests", len(r.Rules), r.Most.Requests); err != nil || !strings.Contains(string(readme), says) {
			t.Errorf("%v: the README does not say %q", err, says)
		}
	}
}

// The address says which API is looked at, or -api.
func TestAPIs(t *testing.T) {
	server, err := endpointtest.Serve(&endpointtest.Engine{PerRequest: 20_000, OutputTokens: 60})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, args := range [][]string{{"-endpoint", server.URL, "-api", "messages"}, {"-endpoint", server.URL + "/v1/responses", "-api", "messages"}} {
		status, out, errs := conform(t, append(args, "-want", "usage")...)
		if contradiction := strings.Contains(args[1], "responses"); contradiction && (status != 2 || !strings.Contains(errs, "API messages, but the URL ends in /responses")) ||
			!contradiction && (status != 0 || !strings.Contains(out, "message_stop ends each answer")) {
			t.Errorf("%q: status %d, %s\n%s", args, status, errs, out)
		}
	}
	for path, reason := range map[string]string{"/v1/chat/completions": `["stop" "length"]`, "/v1/messages": `["end_turn" "max_tokens"]`, "/v1/responses": `["completed" "max_output_tokens"]`} {
		status, out, errs := conform(t, "-endpoint", server.URL+path, "-want", "usage,max_tokens,ignore_eos,finish_reason,tool_history")
		if status != 0 || !strings.Contains(out, "answers end with "+reason) {
			t.Errorf("%s: status %d, %s\n%s", path, status, errs, out)
		}
	}
}

// Wrong usage has status 2, and a server that is not there 1 or 3: without a model there is
// nothing to look at.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		args   []string
		status int
		errors string
	}{
		{[]string{"-want", "speed"}, 2, `conformance: there is no rule "speed", expected one of models, answer, `},
		{[]string{"-concurrency", "0"}, 2, "-concurrency is 0, expected 2 to 1024"},
		{[]string{"-concurrency", "1"}, 2, "Concurrency is 1, expected 2 to 1024"},
		{[]string{"-timeout", "0s"}, 2, "-timeout is 0s, expected more than 0"},
		{[]string{"-timeout", "-1s"}, 2, "Timeout is -1s, expected 0s or more"},
		{[]string{"extra"}, 2, `unexpected argument "extra"`},
		{[]string{"-json", filepath.Join(t.TempDir(), "no", "report.json")}, 2, "-json"},
		{[]string{"-endpoint", "nowhere"}, 2, `URL "nowhere", expected one like http://host:8000`},
		{[]string{"-endpoint", "http://127.0.0.1:1"}, 1, "conform: endpoint: refused: dial tcp 127.0.0.1:1: connect: connection refused"},
		{[]string{"-endpoint", "http://127.0.0.1:1", "-model", "m"}, 3, "conformance: answer: endpoint: refused"},
	} {
		status, _, errs := conform(t, tt.args...)
		if status != tt.status || !strings.Contains(errs, tt.errors) {
			t.Errorf("%q: status %d, want %d with %q\n%s", tt.args, status, tt.status, tt.errors, errs)
		}
	}
}
