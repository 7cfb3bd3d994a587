package endpoint_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
)

func TestPreflight(t *testing.T) {
	noUsage := func(int) endpointtest.Fault { return endpointtest.Fault{Kind: endpointtest.FaultNoUsage} }
	tests := []struct {
		name   string
		engine *endpointtest.Engine
		model  string
		fields map[string]json.RawMessage
		want   endpoint.Findings // without warnings
		warns  string
	}{
		{
			name: "all is well", engine: &endpointtest.Engine{ContextTokens: 4096, OutputTokens: 20, TTFT: 30 * time.Millisecond},
			want: endpoint.Findings{Model: "simulated", Models: []string{"simulated"}, ContextTokens: 4096, Usage: true, IgnoreEOS: endpoint.EOSHonored, TTFTSeconds: 0.03},
		},
		{
			name: "ignore_eos ignored", engine: &endpointtest.Engine{OutputTokens: 20, IgnoreEOSIgnored: true}, model: "simulated",
			want:  endpoint.Findings{Model: "simulated", Models: []string{"simulated"}, Usage: true, IgnoreEOS: endpoint.EOSIgnored, TTFTSeconds: 0.01},
			warns: "ignore_eos is not honored",
		},
		{
			name: "nothing to tell them apart", engine: &endpointtest.Engine{Fault: noUsage},
			want:  endpoint.Findings{Model: "simulated", Models: []string{"simulated"}, IgnoreEOS: endpoint.EOSUndetermined, TTFTSeconds: 0.01},
			warns: "reports no token usage",
		},
		{
			name: "running usage by a field", engine: &endpointtest.Engine{},
			fields: map[string]json.RawMessage{"stream_options": json.RawMessage(`{"include_usage":true,"continuous_usage_stats":true}`)},
			want:   endpoint.Findings{Model: "simulated", Models: []string{"simulated"}, Usage: true, ContinuousUsage: true, IgnoreEOS: endpoint.EOSUndetermined, TTFTSeconds: 0.01},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, _ := connect(t, tt.engine, endpoint.Config{})
				got, err := client.Preflight(t.Context(), endpoint.PreflightRequest{Model: tt.model, Fields: tt.fields})
				if err != nil {
					t.Fatal(err)
				}
				warnings := texts(got.Warnings)
				if (warnings == "") != (tt.warns == "") || !strings.Contains(warnings, tt.warns) {
					t.Errorf("warnings %q, want %q", warnings, tt.warns)
				}
				got.Warnings = nil
				tt.want.APIs, tt.want.Engine.OwnedBy, tt.want.MaxTokensField, tt.want.KeepAlive, tt.want.CachedUsage = []endpoint.API{endpoint.APIChat, endpoint.APIMessages, endpoint.APIResponses}, "endpointtest", "max_tokens", true, tt.want.Usage
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

// texts joins warnings, each with its code.
func texts(warnings []metrics.Warning) string {
	var b strings.Builder
	for _, w := range warnings {
		fmt.Fprintf(&b, "%s: %s\n", w.Code, w.Text)
	}
	return b.String()
}

func TestPreflightFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := connect(t, &endpointtest.Engine{}, endpoint.Config{})
		if _, err := client.Preflight(t.Context(), endpoint.PreflightRequest{Model: "other"}); outcome(err) != endpoint.OutcomeStatus || !strings.Contains(err.Error(), "does not exist") {
			t.Errorf("unknown model: %v", err)
		}
		client, _ = connect(t, http.NotFoundHandler(), endpoint.Config{})
		if _, err := client.Preflight(t.Context(), endpoint.PreflightRequest{}); err == nil || !strings.Contains(err.Error(), "no model was named and the server lists none") {
			t.Errorf("no model: %v", err)
		}
	})
}

// A server that is not there is said to be: without a model nobody would know why.
func TestPreflightSaysWhyNothingIsListed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	l.Close() // nobody listens there now
	client, err := endpoint.New(endpoint.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Preflight(t.Context(), endpoint.PreflightRequest{}); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("error %v", err)
	}
}
