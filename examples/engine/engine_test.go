package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/metrics"
)

// Each preset serves a client in every API, and the program ends when its context does.
func TestServe(t *testing.T) {
	for _, p := range simulate.Presets() {
		t.Run(p.Name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out, stdout := io.Pipe()
			var stderr strings.Builder
			status := make(chan int, 1)
			go func() {
				defer stdout.Close()
				status <- run(ctx, []string{"-preset", p.Name, "-listen", "127.0.0.1:0"}, stdout, &stderr)
			}()
			url, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			for api, ask := range map[endpoint.API]string{
				endpoint.APIChat:      `"messages":[{"role":"user","content":"Hi"}],"max_tokens":7,"stream_options":{"include_usage":true}`,
				endpoint.APIMessages:  `"messages":[{"role":"user","content":"Hi"}],"max_tokens":7`,
				endpoint.APIResponses: `"input":"Hi","max_output_tokens":7`,
			} {
				client, err := endpoint.New(endpoint.Config{URL: strings.TrimSpace(url), API: api})
				if err != nil {
					t.Fatal(err)
				}
				conn := client.Conn()
				body := fmt.Appendf(nil, `{"model":%q,"stream":true,%s}`, cmp.Or(p.Model, "simulated"), ask)
				var clock metrics.Clock
				if _, err := conn.Stream(t.Context(), "", [][]byte{body}, &clock); err != nil {
					t.Error(api, err)
				}
				if got := clock.Timing().Tokens; got != 7 {
					t.Errorf("%s: %d tokens, want 7", api, got)
				}
				conn.Close()
				client.Close()
			}
			for path, want := range map[string]string{metricsPath: "vllm:generation_tokens_total{engine=\"0\",model_name=\"" + cmp.Or(p.Model, "simulated") + "\"} 21\n", powerPath: "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\""} {
				if page := get(t, strings.TrimSpace(url)+path); !strings.Contains(page, want) {
					t.Errorf("%s does not hold %q: %s", path, want, page)
				}
			}
			cancel()
			if got := <-status; got != cli.OK {
				t.Errorf("status %d", got)
			}
			for _, want := range []string{"SIMULATION", "MODEL", "3 requests, 21 output tokens"} {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("%q does not hold %q", stderr.String(), want)
				}
			}
		})
	}
}

// get returns a page.
func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s, %v", url, response.Status, err)
	}
	return string(page)
}

func TestUsage(t *testing.T) {
	for _, tt := range []struct {
		args   string
		status int
		want   string // in what is shown
	}{
		{"-list", cli.OK, "MODEL, not a measurement: 8 x H100"},
		{"-h", cli.OK, "-preset"},
		{"-preset nothing", cli.Usage, "there are demo"},
		{"-nothing", cli.Usage, "not defined"},
		{"more", cli.Usage, "unexpected argument"},
		{"-listen 127.0.0.1:99999", cli.Failed, "-listen"},
	} {
		var shown strings.Builder
		if got := run(t.Context(), strings.Fields(tt.args), &shown, &shown); got != tt.status || !strings.Contains(shown.String(), tt.want) {
			t.Errorf("%s: status %d, want %d; shown: %s", tt.args, got, tt.status, shown.String())
		}
	}
}
