package maxusers

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/telemetry"
)

// What the pages of a server say is in the table and in a file beside it.
func TestScrape(t *testing.T) {
	preset, err := simulate.Preset("demo")
	if err != nil {
		t.Fatal(err)
	}
	system, err := simulate.New(preset)
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metrics":
			system.ServeMetrics(w, r)
		case "/power":
			system.ServePower(w, r)
		default:
			system.ServeHTTP(w, r)
		}
	}))
	series := filepath.Join(t.TempDir(), "series.gz")
	args := []string{
		"-endpoint", url, "-agents", "2", "-slo", "1@1m", "-measure", "1s", "-settle", "300ms", "-spawn-rate", "0", "-client-lag", "-1s", "-accelerators", "1",
		"-scrape", url + "/metrics", "-scrape", "power=" + url + "/power",
	}
	status, stdout, stderr := maxusers(t, t.Context(), append(args, "-series", series)...)
	if status != cli.OK || !strings.Contains(stdout, "no power (measured_accelerator): ") /* in so short a time */ || !strings.Contains(stdout, "\n    at 2: ") || !strings.Contains(stdout, ", KV use ") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	f, err := os.Open(series)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r, err := range telemetry.ReadRecordings(f) {
		if err != nil || r.Agents != 2 || len(r.Observed) != 2 || len(r.Observed[1].Series) < 3 {
			t.Errorf("%+v, %v", r, err)
		}
	}
	for _, tt := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"-scrape", url + "/none"}, cli.Failed, "-scrape " + url + "/none: "},
		{[]string{"-scrape", "router=" + url}, cli.Usage, "-scrape: " + url + "/metrics is given twice"},
		{[]string{"-scrape", "no URL"}, cli.Usage, "-scrape: "},
		{[]string{"-exclusive"}, cli.OK, ""},
	} {
		if status, _, stderr := maxusers(t, t.Context(), append(args, tt.args...)...); status != tt.status || !strings.Contains(stderr, tt.want) {
			t.Errorf("%q: status %d\n%s", tt.args, status, stderr)
		}
	}
}
