package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/format"
)

// do runs the program and checks its exit status.
func do(t *testing.T, status int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, &out, &errs); got != status {
		t.Fatalf("%v: status %d, expected %d\n%s%s", args, got, status, &out, &errs)
	}
	return out.String(), errs.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

const chat = `{"id":"x","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"ho"},{"role":"user","content":"so"},{"role":"assistant","content":"no"}]}` + "\n"

func TestLook(t *testing.T) {
	file := write(t, "a.jsonl", chat)
	out, _ := do(t, cli.OK, "inspect", file)
	if !strings.Contains(out, "a from a.jsonl: 1 sessions") || !strings.Contains(out, "  x") {
		t.Errorf("inspect says\n%s", out)
	}
	out, _ = do(t, cli.OK, "stats", file)
	if !strings.Contains(out, "1 sessions, 0 subagents, 2 requests") || !strings.Contains(out, "tokens out") {
		t.Errorf("stats says\n%s", out)
	}
	out, _ = do(t, cli.OK, "stats", file, "-json")
	var s trajectory.Stats
	if err := json.Unmarshal([]byte(out), &s); err != nil || s.Requests != 2 || s.Origins.Output.Estimated != 2 {
		t.Errorf("%v: stats are %+v", err, s)
	}
}

func TestLintStatus(t *testing.T) {
	out, _ := do(t, cli.OK, "lint", write(t, "a.jsonl", chat))
	if !strings.Contains(out, "a.jsonl:1: info: x turn 0: ") || !strings.HasSuffix(out, "0 errors, 0 warnings, 1 remarks in 1 sessions\n") {
		t.Errorf("lint says\n%s", out)
	}
	bad := write(t, "b.jsonl", `{"messages":[{"role":"tool","tool_call_id":"z","content":"hi"},{"role":"assistant","content":"ho"}]}`+"\n")
	out, _ = do(t, cli.Failed, "lint", bad)
	if !strings.Contains(out, "error: b:1 turn 0: a tool result for \"z\"") {
		t.Errorf("lint says\n%s", out)
	}
	out, _ = do(t, cli.Failed, "lint", "-json", bad)
	var f trajectory.Finding
	if err := json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &f); err != nil || f.File != "b.jsonl" || f.Line != 1 {
		t.Errorf("%v: finding %+v", err, f)
	}
	// A broken record is left out on request, and still an error.
	broken := write(t, "c.jsonl", chat+"{\n")
	if _, errs := do(t, cli.Failed, "lint", broken); !strings.Contains(errs, "c.jsonl:2: not JSON") {
		t.Errorf("errors %s", errs)
	}
	if out, _ = do(t, cli.Failed, "lint", broken, "-skip-bad"); !strings.Contains(out, "c.jsonl:2: error: not JSON") {
		t.Errorf("lint says\n%s", out)
	}
	do(t, cli.Failed, "lint", "-window", "10", write(t, "d.jsonl", chat))
}

// Whatever is written is read as what it was.
func TestConvert(t *testing.T) {
	key := "sk-" + strings.Repeat("a1B2", 10)
	file := write(t, "a.jsonl", strings.Replace(chat, "hi", key, 1))
	dir := t.TempDir()
	for _, to := range []string{"manifest", "rows", "aiperf"} {
		out := filepath.Join(dir, to)
		do(t, cli.OK, "convert", file, out, "-to", to, "-redact")
		w, err := format.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, turn := range w.Trajectories[0].Turns {
			got = append(got, turn.History.Len(), turn.OutputTokens)
		}
		if diff := cmp.Diff([]int{1, 1, 3, 1}, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", to, diff)
		}
		if text := string(w.Trajectories[0].Turns[0].History.Last().JSON()); !strings.Contains(text, "[redacted]") {
			t.Errorf("%s: %s", to, text)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.part"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	demo, like := filepath.Join(dir, "demo"), filepath.Join(dir, "like.jsonl")
	do(t, cli.OK, "generate", demo, "-n", "3", "-seed", "5")
	do(t, cli.OK, "generate", like, "-like", demo, "-to", "rows")
	w, err := format.Open(like)
	if err != nil || len(w.Trajectories) != 3 {
		t.Fatalf("%v, %v", w, err)
	}
	if s := w.Stats(); s.Turns.Max > 14 || s.Origins.Text.Synthetic != s.Requests {
		t.Errorf("statistics %+v", s)
	}
	again := filepath.Join(dir, "again.jsonl")
	do(t, cli.OK, "generate", again, "-like", demo, "-to", "rows")
	a, _ := os.ReadFile(like)
	if b, _ := os.ReadFile(again); !bytes.Equal(a, b) {
		t.Error("the same again is different")
	}
}

// What is there already is not lost, and private stays private.
func TestTargets(t *testing.T) {
	file := write(t, "a.jsonl", chat)
	taken := write(t, "taken.jsonl", "precious")
	if err := os.Chmod(taken, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs := do(t, cli.Failed, "convert", file, taken, "-to", "rows"); !strings.Contains(errs, "is there already") {
		t.Errorf("errors %s", errs)
	}
	if text, err := os.ReadFile(taken); err != nil || string(text) != "precious" {
		t.Errorf("%q, %v", text, err)
	}
	do(t, cli.OK, "convert", file, taken, "-to", "rows", "-force")
	if info, err := os.Stat(taken); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if _, errs := do(t, cli.Failed, "convert", file, filepath.Dir(taken)); !strings.Contains(errs, "is not empty") {
		t.Errorf("errors %s", errs)
	}
	out, _ := do(t, cli.OK, "convert", file, "-", "-to", "aiperf")
	if n := strings.Count(out, `"session_id":"x"`); n != 2 {
		t.Errorf("standard output is %s", out)
	}
	// Statistics are enough to make sessions like them.
	stats, _ := do(t, cli.OK, "stats", "-json", file)
	do(t, cli.OK, "generate", "-like", write(t, "stats.json", stats), filepath.Join(t.TempDir(), "made"), "-n", "2")
}

func TestUsage(t *testing.T) {
	for _, tt := range []struct {
		args   []string
		status int
		says   string
	}{
		{nil, cli.Usage, "Usage: trajectories COMMAND"},
		{[]string{"play"}, cli.Usage, "Usage: trajectories COMMAND"},
		{[]string{"lint"}, cli.Usage, "expected FILE"},
		{[]string{"stats", "a", "b"}, cli.Usage, "expected FILE"},
		{[]string{"stats", "-no"}, cli.Usage, "flag provided but not defined: -no"},
		{[]string{"stats", "-h"}, cli.OK, "Usage: trajectories stats [flags] FILE"},
		{[]string{"stats", "no such file"}, cli.Failed, "no such file"},
		{[]string{"stats", "-format", "tape", "."}, cli.Usage, `Format is "tape"`},
		{[]string{"lint", "-output", "some", "."}, cli.Usage, `Output is "some"`},
		{[]string{"convert", "a", "b", "-to", "tape"}, cli.Usage, `-to is "tape"`},
		{[]string{"generate", "x", "-preset", "no"}, cli.Usage, `Preset is "no"`},
		{[]string{"generate", "x", "-n", "-1"}, cli.Usage, "Trajectories is -1"},
		{[]string{"generate", "x", "-like", "a", "-preset", "demo"}, cli.Usage, "both -like and -preset"},
	} {
		if _, errs := do(t, tt.status, tt.args...); !strings.Contains(errs, tt.says) {
			t.Errorf("%v says %s", tt.args, errs)
		}
	}
	if out, _ := do(t, cli.OK, "help"); !strings.Contains(out, "inspect") {
		t.Errorf("help says %s", out)
	}
}

// Nothing is written over what was read, be it with -force.
func TestConvertKeepsItsInput(t *testing.T) {
	file := write(t, "a.jsonl", chat)
	folder := filepath.Dir(file)
	for _, args := range [][]string{
		{"convert", "-force", "-to", "rows", file, file}, {"convert", "-force", "-to", "rows", folder, file},
		{"convert", "-force", file, folder}, {"convert", "-force", folder, folder}, {"generate", "-force", "-to", "rows", "-like", file, file},
	} {
		_, stderr := do(t, cli.Usage, args...)
		if text, err := os.ReadFile(file); err != nil || string(text) != chat || stderr == "" {
			t.Errorf("%q: %v, %q\n%s", args, err, text, stderr)
		}
	}
}
