package maxusers

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sourceOf returns what a program has that defines no other flags.
func sourceOf(t *testing.T, args ...string) *Source {
	t.Helper()
	s := new(Source)
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	s.Register(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return s
}

// Two processes with the same flags have the same workload, whichever of the two programs
// they are.
func TestSourceInAnotherProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sessions.jsonl")
	const token = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB"
	row := `{"messages":[{"role":"user","content":"my token is ` + token + `"},{"role":"assistant","content":"hi"}]}` + "\n"
	if err := os.WriteFile(file, []byte(row+"{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := parsed(t, "-endpoint", "http://host:8000", "-header", "X-A=1", "-workload", file, "-format", "chat", "-redact", "-skip-bad", "-slo", "1@1s")
	args := o.Source.Args()
	want := []string{"-endpoint=http://host:8000", "-request-timeout=5m0s", "-header=X-A=1", "-workload=" + file, "-format=chat", "-redact=true", "-skip-bad=true"}
	if !slices.Equal(args, want) {
		t.Errorf("got  %q\nwant %q", args, want)
	}
	worker := sourceOf(t, args...)
	if !slices.Equal(worker.Args(), args) {
		t.Errorf("passed on: %q", worker.Args())
	}
	cfg, err := worker.Endpoint.Config(os.Getenv)
	if err != nil || cfg.URL != "http://host:8000" || cfg.Header.Get("X-A") != "1" {
		t.Errorf("%+v, %v", cfg, err)
	}
	for _, s := range []*Source{o.Source, worker} {
		w, err := s.Open()
		if err != nil || s.Validate() != nil {
			t.Fatal(err, s.Validate())
		}
		found := 0
		for thread := range w.Threads() {
			found++
			if text := string(thread.Turns[0].History.Last().JSON()); strings.Contains(text, token) || !strings.Contains(text, "my token is") {
				t.Errorf("first message %s", text)
			}
		}
		if found != 1 {
			t.Errorf("%d threads", found)
		}
	}
	bad := Source{Format: "x"}
	if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), `"x"`) {
		t.Error(err)
	}
}

// What a profile replays goes to others by its name.
func TestSourceOfProfile(t *testing.T) {
	o := parsed(t, "-endpoint", "http://host:8000", "-profile", "aa-2026-06")
	if args := o.Source.Args(); !slices.Contains(args, "-workload=preset:aa-like") {
		t.Errorf("%q", args)
	}
}
