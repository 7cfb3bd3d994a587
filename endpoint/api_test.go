package endpoint_test

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

// Where requests go, and what they carry, by what the configuration says of the API.
func TestAPI(t *testing.T) {
	for _, tt := range []struct {
		url     string
		api     endpoint.API
		want    endpoint.API // empty for a mistake
		path    string       // or what the error says
		headers http.Header
	}{
		{"http://mem", "", endpoint.APIChat, "/v1/chat/completions", nil},
		{"http://mem/v1/", endpoint.APIChat, endpoint.APIChat, "/v1/chat/completions", nil},
		{"http://mem", endpoint.APIMessages, endpoint.APIMessages, "/v1/messages", http.Header{"Anthropic-Version": {"2023-06-01"}, "X-Api-Key": {"sk-1"}}},
		{"http://mem/anthropic/v1/messages", "", endpoint.APIMessages, "/anthropic/v1/messages", http.Header{"Anthropic-Version": {"2023-06-01"}, "X-Api-Key": {"sk-1"}}},
		{"http://mem/openai", endpoint.APIResponses, endpoint.APIResponses, "/openai/responses", nil},
		{"http://mem/v1/responses/", "", endpoint.APIResponses, "/v1/responses", nil},
		{"http://mem/v1/responses", endpoint.APIResponses, endpoint.APIResponses, "/v1/responses", nil},
		{"http://mem/v1/responses", endpoint.APIChat, "", "API chat, but the URL ends in /responses, which is responses", nil},
		{"http://mem/v1/chat/completions", endpoint.APIMessages, "", "API messages, but the URL ends in /chat/completions, which is chat", nil},
		{"http://mem/v1", "Messages", "", `API "Messages", expected chat, messages or responses`, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			var got *http.Request
			server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				got = r
			}))
			defer server.Close()
			cfg := endpoint.Config{URL: tt.url, API: tt.api, APIKey: "sk-1", Dial: server.Dial}
			if resolved := cfg.ResolvedAPI(); resolved != tt.want {
				t.Errorf("%s, %q: resolved to %q, want %q", tt.url, tt.api, resolved, tt.want)
			}
			if tt.want == "" {
				if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), tt.path) {
					t.Errorf("%s: %v, want %q", tt.url, err, tt.path)
				}
				return
			}
			send := func(h http.Header) http.Header {
				cfg.Header = h
				_, conn := open(t, cfg)
				conn.Send(t.Context(), "", [][]byte{[]byte("{}")}, new(metrics.Clock))
				if got.URL.Path != tt.path {
					t.Errorf("%s, %q: sent to %s, want %s", tt.url, tt.api, got.URL.Path, tt.path)
				}
				sent := http.Header{}
				for _, name := range []string{"Authorization", "X-Api-Key", "Anthropic-Version"} {
					if v := got.Header.Values(name); v != nil {
						sent[name] = v
					}
				}
				return sent
			}
			want := http.Header{"Authorization": {"Bearer sk-1"}}
			maps.Copy(want, tt.headers)
			if diff := cmp.Diff(want, send(nil)); diff != "" {
				t.Errorf("%s, %q: -want +got\n%s", tt.url, tt.api, diff)
			}
			// The caller's own stay.
			for name := range want {
				want[name] = []string{"mine"}
			}
			if diff := cmp.Diff(want, send(http.Header{"authorization": {"mine"}, "x-api-key": want["X-Api-Key"], "anthropic-version": want["Anthropic-Version"]})); diff != "" {
				t.Errorf("%s, %q, own headers: -want +got\n%s", tt.url, tt.api, diff)
			}
		})
	}
}
