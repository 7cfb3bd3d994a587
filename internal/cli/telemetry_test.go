package cli

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/telemetry"
)

func parseTelemetry(args ...string) (*Telemetry, error) {
	flags := flag.NewFlagSet("x", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	t := &Telemetry{}
	t.Register(flags)
	return t, flags.Parse(args)
}

func TestTelemetryFlags(t *testing.T) {
	folder := t.TempDir()
	for _, tt := range []struct {
		args, want string
		targets    int
	}{
		{"", "", 0},
		{"-scrape http://a:1/metrics?x=y", "", 1},
		{"-scrape decode=http://a:1/metrics?x=y -scrape power=http://b:9400 -prometheus http://c:9090 -exclusive -series " + filepath.Join(folder, "s.gz"), "", 3},
		{"-scrape cache=http://a:1", "expected ROLE=URL with one of the roles engine, prefill, decode, router, power", 0},
		{"-scrape a:1", "-scrape: ", 0},
		{"-prometheus ftp://a", "-prometheus: ", 0},
		{"-exclusive", "-exclusive and -scrape-key-env need -scrape or -prometheus", 0},
		{"-series x", "-series needs -scrape", 0},
		{"-power-zone UTC", "-power-zone needs -power-log", 0},
		{"-scrape http://a:1 -scrape-key-env NONE", "-scrape-key-env: the environment variable that it names is empty", 0},
		{"-scrape http://a:1 -series " + filepath.Join(folder, "none", "s.gz"), "-series: ", 0},
	} {
		flags, err := parseTelemetry(strings.Fields(tt.args)...)
		var observers []telemetry.Observer
		if err == nil {
			observers, _, err = flags.Observers(func(string) string { return "" })
		}
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && len(observers) != tt.targets {
			t.Errorf("%s: %v, %d observers, want %s", tt.args, err, len(observers), tt.want)
		}
		for i, o := range observers {
			if want := []telemetry.Role{telemetry.Decode, telemetry.PowerMeter, telemetry.Engine}[i]; tt.targets == 3 && o.Target().Role != want {
				t.Errorf("%s: %+v, want %s", tt.args, o.Target(), want)
			}
		}
	}
}

// A page that cannot be read is said before anything is measured, and the token is not.
func TestTryPages(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer sesame" {
			w.WriteHeader(http.StatusForbidden)
		}
		fmt.Fprintln(w, "vllm:num_requests_running 1")
	}))
	defer server.Close()
	for key, want := range map[string]string{"sesame": "", "opensaysme": "403"} {
		series := filepath.Join(t.TempDir(), "series.gz")
		flags, err := parseTelemetry("-scrape", server.URL, "-scrape-key-env", "KEY", "-series", series)
		if err != nil {
			t.Fatal(err)
		}
		observers, w, err := flags.Observers(func(string) string { return key })
		if err != nil || w == nil {
			t.Fatal(err)
		}
		err = Try(t.Context(), observers)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), "-scrape "+server.URL) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), key)) {
			t.Errorf("%s: %v", key, err)
		}
		if _, err := os.Stat(series); err == nil {
			t.Error("a file before there is anything in it")
		}
		if err := flags.Close(); err != nil {
			t.Error(err)
		}
	}
}
