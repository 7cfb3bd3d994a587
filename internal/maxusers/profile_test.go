package maxusers

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/memnet"
)

// parsed returns the options of a command line.
func parsed(t *testing.T, args ...string) *options {
	t.Helper()
	var stderr bytes.Buffer
	o, err := parse(cli.New("maxusers", io.Discard, &stderr), Program{Args: args})
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	return o
}

// By a profile alone, a server gets what the profile says, field by field, and the report lists
// nothing but what cannot be known here.
func TestProfileAgainstACaptureServer(t *testing.T) {
	if testing.Short() {
		t.Skip("long with the race detector, and in one goroutine at a time")
	}
	synctest.Test(t, func(t *testing.T) {
		o := parsed(t, "-endpoint", "http://mem", "-profile", "aa-2026-06", "-slo-set", "deepseek-v4-pro", "-session-header", "X-Session-ID")
		var err error
		if o.cfg.Workload, err = o.Open(); err != nil {
			t.Fatal(err)
		}
		if o.cfg.Endpoint, err = o.Endpoint.Config(func(string) string { return "" }); err != nil {
			t.Fatal(err)
		}
		// An hour has room for the minima of one agent if a turn takes 2 s.
		engine := &endpointtest.Engine{Model: "deepseek-ai/DeepSeek-V4-Pro", PerRequest: 200, OutputTokens: 100}
		type request struct {
			fields  map[string]json.RawMessage
			headers http.Header
			text    string // of the first message
		}
		var requests []request
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			if r.Header.Get("X-Session-ID") != "" { // none of the preflight's
				got := request{headers: r.Header.Clone()}
				if err := json.Unmarshal(body, &got.fields); err != nil {
					t.Error(err)
				}
				var messages []struct{ Role, Content string }
				if err := json.Unmarshal(got.fields["messages"], &messages); err == nil {
					got.text = messages[0].Content[:40]
				}
				got.fields["messages"], got.fields["tools"] = nil, nil // large
				requests = append(requests, got)
			}
			engine.ServeHTTP(w, r)
		}))
		defer server.Close()
		o.cfg.Endpoint.Dial = server.Dial
		report, err := agentperf.Check(t.Context(), o.cfg, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(requests) < 30*30 {
			t.Fatalf("%d requests", len(requests))
		}
		sessions, texts := make(map[string]string), make(map[string]bool)
		for i, r := range requests {
			names := slices.Sorted(maps.Keys(r.fields))
			if want := []string{"max_tokens", "messages", "model", "reasoning_effort", "stream", "stream_options", "tools"}; !slices.Equal(names, want) {
				t.Fatalf("request %d has %q, want %q", i, names, want)
			}
			for name, want := range map[string]string{
				"max_tokens": "16384", "model": `"deepseek-ai/DeepSeek-V4-Pro"`, "reasoning_effort": `"max"`, "stream": "true", "stream_options": `{"include_usage":true}`,
			} {
				if got := string(r.fields[name]); got != want {
					t.Fatalf("request %d: %s is %s, want %s", i, name, got, want)
				}
			}
			for name, want := range map[string]string{"Accept": "text/event-stream", "Content-Type": "application/json", "Accept-Encoding": "identity"} {
				if got := r.headers.Get(name); got != want {
					t.Fatalf("request %d: %s is %q, want %q", i, name, got, want)
				}
			}
			// The prefix is in front of the system prompt, the same in a trajectory and another
			// in each.
			session := r.headers.Get("X-Session-ID")
			if text, ok := sessions[session]; ok && text != r.text || !ok && texts[r.text] {
				t.Fatalf("request %d of session %s begins with %q", i, session, r.text)
			}
			sessions[session], texts[r.text] = r.text, true
		}
		if len(sessions) < 30 {
			t.Errorf("%d sessions", len(sessions))
		}
		var codes []string
		for _, d := range report.Profile.Deviations {
			codes = append(codes, d.Code)
		}
		if want := []string{"workload", "reasoning_effort", "prefix_wording", "tokens_unchecked", "unpublished", "tool_delays", "accuracy_unchecked", "power_unmeasured"}; !slices.Equal(codes, want) {
			t.Errorf("deviations %q, want %q", codes, want)
		}
	})
}

// The flags that a profile leaves to others, and those that are another name of it.
func TestProfileFlags(t *testing.T) {
	one := parsed(t, "-endpoint", "http://host", "-rules", "published")
	other := parsed(t, "-endpoint", "http://host", "-profile", "aa-2026-06")
	if one.cfg.Profile != "aa-2026-06" || one.cfg.Rule != other.cfg.Rule || one.Workload != other.Workload || one.Workload != "preset:aa-like" ||
		one.cfg.Policy.ToolDelay != "" || one.cfg.Policy.Prefix != "" || one.cfg.Policy.MaxTokens != 0 || one.cfg.Start != 0 || one.cfg.MaxAgents != 0 {
		t.Errorf("%+v, want %+v", one.cfg, other.cfg)
	}
	o := parsed(t, "-endpoint", "http://host", "-profile", "aa-2026-06", "-phase-timeout", "30m", "-tool-delay", "recorded", "-workload", "x")
	if want := (agentperf.Point{Timeout: 30 * time.Minute}); o.cfg.Rule != agentperf.Rule(want) || o.cfg.Policy.ToolDelay != "recorded" || o.Workload != "x" {
		t.Errorf("%+v", o.cfg)
	}
	if o := parsed(t, "-endpoint", "http://host", "-profile", "aa-2026-06", "-verdict", "controlled"); o.cfg.Rule != agentperf.Rule(agentperf.Controlled{}) {
		t.Errorf("%+v", o.cfg.Rule)
	}
	if o := parsed(t, "-endpoint", "http://host", "-profile", "local"); o.Workload != "" || o.cfg.Rule.(agentperf.Point).MinTrajectories != 8 {
		t.Errorf("%+v", o.cfg)
	}
	for want, args := range map[string][]string{
		"no profile is called": {"-profile", "x"},
		"-rules published is -profile aa-2026-06, and -profile is local": {"-profile", "local", "-rules", "published"},
		"-phase-timeout is for -verdict point":                           {"-verdict", "controlled", "-phase-timeout", "1h"},
		"-phase-timeout is -1s, expected more than 0":                    {"-rules", "quick", "-phase-timeout", "-1s"},
	} {
		var stderr bytes.Buffer
		if _, err := parse(cli.New("maxusers", io.Discard, &stderr), Program{Args: args}); err == nil || !strings.Contains(err.Error()+stderr.String(), want) {
			t.Errorf("%q: %v, want %s\n%s", args, err, want, &stderr)
		}
	}
}
