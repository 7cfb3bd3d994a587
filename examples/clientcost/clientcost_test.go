package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// The test binary is the server too.
func TestMain(m *testing.M) {
	if cfg := os.Getenv(asServer); cfg != "" {
		os.Exit(serve(cfg, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// clientcost runs the program.
func clientcost(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs, func(string) string { return "" })
	return status, out.String(), errs.String()
}

func TestUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tt := range []struct {
		args   string
		status int
		words  string // on standard error
	}{
		{"-h", cli.OK, "-floor"},
		{"-no-such-flag", cli.Usage, "no-such-flag"},
		{"8", cli.Usage, `unexpected argument "8"`},
		{"-streams 0", cli.Usage, "-streams is 0"},
		{"-rate 0", cli.Usage, "-rate is 0"},
		{"-tokens 1", cli.Usage, "-tokens is 1"},
		{"-prompt-bytes 0", cli.Usage, "-prompt-bytes is 0"},
		{"-duration 1ms", cli.Usage, "-duration is 1ms"},
		{"-floor -http2", cli.Usage, "-floor is of plain HTTP/1.1"},
		{"-floor -endpoint http://127.0.0.1:1", cli.Usage, "-floor is of plain HTTP/1.1"},
		{"-observers 65", cli.Usage, "-observers is 65"},
		{"-observers 1 -tls", cli.Usage, "-observers is of the program's own server"},
		{"-tls -endpoint http://127.0.0.1:1", cli.Usage, "https URL"},
		{"-endpoint 127.0.0.1", cli.Usage, "expected one like http://host:8000"},
		{"-field n=3", cli.Usage, "several choices"},
		{"-tokens 5000 -rate 0.5", cli.Usage, "-request-timeout of at least twice"},
		{"-json " + filepath.Join("no", "such", "folder"), cli.Usage, "no such"},
		{"-streams 2 -endpoint http://127.0.0.1:1 -model x", cli.Failed, "refused"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			status, stdout, stderr := clientcost(t, strings.Fields(tt.args)...)
			if status != tt.status || stdout != "" || !strings.Contains(stderr, tt.words) {
				t.Errorf("status %d, want %d and %q\n%s%s", status, tt.status, tt.words, stdout, stderr)
			}
		})
	}
}

// The program from one end to the other, over each protocol. No figure is
// expected to be anything but there.
func TestRun(t *testing.T) {
	for _, tt := range []struct{ name, args string }{
		{"floor", "-floor"},
		{"http2", "-http2"},
		{"tls", "-tls"},
		{"both", "-http2 -tls"},
		{"observers", "-observers 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "report.json")
			args := append(strings.Fields(tt.args), "-streams", "5", "-rate", "20", "-tokens", "5", "-prompt-bytes", "9000", "-duration", "1s", "-json", file)
			status, stdout, stderr := clientcost(t, args...)
			if status != cli.OK || !strings.Contains(stdout, "endpoint.Conn.Stream") {
				t.Fatalf("status %d\n%s%s", status, stdout, stderr)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{
				"events", "streams", "cpu_seconds", "us_per_event", "allocs_per_event", "stamp_lag_p50_us", "stamp_lag_p99_us",
				"send_lateness_p99_us", "bytes_per_agent", "server", "setup",
			} {
				if _, ok := got[name]; !ok {
					t.Errorf("no %s in the report\n%s", name, text)
				}
			}
			if got["schema"] != schema || got["streams"] != 5.0 || got["bytes_per_agent"] != nil {
				t.Errorf("%s", text)
			}
			var r report
			if err := json.Unmarshal(text, &r); err != nil {
				t.Fatal(err)
			}
			// Nothing arrives before it was sent, if the clocks are one.
			if r.Events < 1 || r.LagSamples > 0 && *r.LagP50 <= 0 {
				t.Errorf("%s", text)
			}
			want := 0
			if tt.name == "floor" {
				want = len(floors)
			} else if tt.name == "observers" {
				want = 1
				if r.Observed == nil || r.Observed.Observers != 2 {
					t.Errorf("%s", text)
				}
			}
			if len(r.Floors) != want {
				t.Fatalf("%d bare readers, want %d", len(r.Floors), want)
			}
			for _, f := range r.Floors {
				if f.Events < 1 || f.LagSamples > 0 && *f.LagP50 <= 0 {
					t.Errorf("%s: %s", f.Name, text)
				}
			}
		})
	}
}

// Each slot has its turn once in a period, evenly apart.
func TestDue(t *testing.T) {
	const slots, period = 8, 20 * time.Millisecond
	for i := range 3 * slots {
		if got, want := due(i, slots, period), time.Duration(i)*2500*time.Microsecond; got != want {
			t.Errorf("visit %d is due at %v, want %v", i, got, want)
		}
	}
	// A slot's rhythm is exact even where the period cannot be divided evenly.
	if got := due(5*7+3, 7, time.Second) - due(4*7+3, 7, time.Second); got != time.Second {
		t.Errorf("%v from turn to turn, want 1s", got)
	}
}

func TestPlan(t *testing.T) {
	start := time.Now()
	o := &options{streams: 1000, rate: 50, promptBytes: 4000}
	p := planned(start, o, 3*time.Second, true, 1)
	const us = time.Microsecond
	for _, tt := range []struct {
		what string
		got  time.Time
		want time.Duration // from start
	}{
		{"first", p.due(0), 0},
		{"last of the few", p.due(99), 99 * 400 * us},
		{"low", p.low, 560 * time.Millisecond},
		{"first of the rest", p.due(100), 560 * time.Millisecond},
		{"last", p.due(999), 560*time.Millisecond + 899*400*us},
		{"window", p.from, (560 + 450 + 520) * time.Millisecond},
		{"end", p.until, (560 + 450 + 520 + 3000) * time.Millisecond},
	} {
		if got := tt.got.Sub(start); got != tt.want {
			t.Errorf("%s at %v, want %v", tt.what, got, tt.want)
		}
	}
	if !p.within(p.from) || p.within(p.until) {
		t.Error("the window is from its first instant up to but not including its end")
	}
	if p := planned(start, o, time.Second, false, 1); p.few != 0 || p.due(0) != start {
		t.Errorf("without memory: %+v", p)
	}
}

// The first answers are of all lengths, whatever the number of streams.
func TestFirstTokens(t *testing.T) {
	const tokens = 500
	var tenths [10]int
	for i := range 1000 {
		n := firstTokens(i, tokens)
		if n < 1 || n > tokens {
			t.Fatalf("stream %d: %d tokens", i, n)
		}
		tenths[(n-1)*10/tokens]++
	}
	for i, n := range tenths {
		if n < 95 || n > 105 {
			t.Errorf("%d of 1000 in tenth %d", n, i)
		}
	}
}

func TestTurns(t *testing.T) {
	for d, want := range map[time.Duration]int{100 * time.Millisecond: 1, 2 * time.Second: 1, 10 * time.Second: 3, 30 * time.Second: 10} {
		if n, each := turns(d); n != want || each != d/time.Duration(want) {
			t.Errorf("%v: %d turns of %v, want %d", d, n, each, want)
		}
	}
}

func TestMaxTokens(t *testing.T) {
	long := strings.Repeat("word", 50_000)
	for in, want := range map[string]int{
		`{"max_tokens":7}`: 7,
		`{"messages":[{"content":"` + long + `"}],"max_tokens":12,"ignore_eos":true}`: 12,
		`{"content":"max_tokens\":3"}`: 0,
		long:                           0,
	} {
		// In pieces, as the network may deliver it.
		got, err := maxTokens(&pieces{text: []byte(in)})
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%.40s: %d, %v; want %d", in, got, err, want)
		}
	}
}
