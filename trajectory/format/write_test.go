package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

func TestWriteRoundTrip(t *testing.T) {
	for _, name := range []string{"testdata/kettle", "testdata/pantry.jsonl"} {
		w, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		roundTrip(t, w)
	}
}

// roundTrip writes w in both forms and reads it again.
func roundTrip(t *testing.T, w *trajectory.Workload) {
	t.Helper()
	dir := t.TempDir()
	if err := Write(dir, w); err != nil {
		t.Fatal(err)
	}
	got, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := flatten(w)
	if diff := cmp.Diff(want, flatten(got)); diff != "" {
		t.Errorf("Write and Open (-want +got):\n%s", diff)
	}
	if got.Name != w.Name || got.Source != w.Source {
		t.Errorf("workload is %q from %q, expected %q from %q", got.Name, got.Source, w.Name, w.Source)
	}

	var rows bytes.Buffer
	if err := WriteJSONL(&rows, w); err != nil {
		t.Fatal(err)
	}
	got = openFiles(t, files("a.jsonl", rows.String()), "a.jsonl")
	for i := range want {
		want[i].ContextTokens = 0 // a row has no place for it
	}
	if diff := cmp.Diff(want, flatten(got)); diff != "" {
		t.Errorf("WriteJSONL and Open (-want +got):\n%s", diff)
	}
}

// TestWriteOrder pins what a written row looks like.
func TestWriteOrder(t *testing.T) {
	w := testWorkload(t, "a<b")
	turn := &w.Trajectories[0].Turns[0]
	turn.Tools = []byte(`[{"d":"<&>"}]`)
	turn.OutputTokens, turn.ToolDelay, turn.ToolDelayKnown = 7, 0, true
	turn.ToolCalls = []trajectory.ToolCall{{Name: "ls", Duration: 1234567}}
	const messages = `"messages":[{"role":"user","content":"<hi>"}],"tools":[{"d":"<&>"}],"target_output_tokens":7,` +
		`"simulated_tool_delay_ms_after":0,"recorded_tool_calls_after":[{"duration_ms":1.234567,"tool_name":"ls"}]}` + "\n"
	var got bytes.Buffer
	if err := WriteJSONL(&got, w); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"conversation_id":"a<b","conversation_idx":0,`+messages, got.String()); diff != "" {
		t.Errorf("WriteJSONL (-want +got):\n%s", diff)
	}
	dir := filepath.Join(t.TempDir(), "new", "folder")
	if err := Write(dir, w); err != nil {
		t.Fatal(err)
	}
	const start = `{"version":1,"turn_id":"a<b:0000","task_id":"a<b","conversation_id":"a<b","conversation_idx":0,`
	if diff := cmp.Diff(start+messages, string(readFile(t, filepath.Join(dir, "traces", "a_b.jsonl")))); diff != "" {
		t.Errorf("Write (-want +got):\n%s", diff)
	}
	var manifest map[string]any
	if err := json.Unmarshal(readFile(t, filepath.Join(dir, "manifest.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"name": "folder", "source": "folder", "mode": "single_user_agentic_replay", "version": 1.0,
		"tasks": []any{map[string]any{
			"task_id": "a<b", "trace": "traces/a_b.jsonl", "source_recording": "a<b",
			"model_calls": 1.0, "tool_calls": 1.0, "total_recorded_tool_delay_ms": 0.0,
		}},
	}
	if diff := cmp.Diff(want, manifest); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
}

func TestDurationsSurvive(t *testing.T) {
	for _, d := range []time.Duration{1, 999, 1_000_001, 33_333_333, 24*time.Hour - 1, 24 * time.Hour} {
		w := testWorkload(t, "a")
		turn := &w.Trajectories[0].Turns[0]
		turn.ModelTime, turn.ToolDelay, turn.ToolDelayKnown = d, d, true
		var rows bytes.Buffer
		if err := WriteJSONL(&rows, w); err != nil {
			t.Fatal(err)
		}
		got := openFiles(t, files("a", rows.String()), "a").Trajectories[0].Turns[0]
		if got.ModelTime != d || got.ToolDelay != d {
			t.Errorf("%d ns came back as %d and %d", d, got.ModelTime, got.ToolDelay)
		}
	}
}

// testWorkload returns a workload of one-turn trajectories.
func testWorkload(t *testing.T, ids ...string) *trajectory.Workload {
	t.Helper()
	var s trajectory.Store
	c, err := s.Append(nil, []byte(`{"role":"user","content":"<hi>"}`))
	if err != nil {
		t.Fatal(err)
	}
	w := new(trajectory.Workload)
	for _, id := range ids {
		w.Trajectories = append(w.Trajectories, &trajectory.Trajectory{ID: id, Turns: []trajectory.Turn{{History: c}}})
	}
	return w
}

func TestTraceNames(t *testing.T) {
	ids := []string{"Task", "task", "task-2", "../../etc/passwd", ".hidden", "-rf", "a b\x00c", "böse", "",
		"CON", "com1.x", "combo", strings.Repeat("x", 300), strings.Repeat("x", 301)}
	w := testWorkload(t, ids...)
	var got []string
	for _, name := range traceNames(threads(w)) {
		got = append(got, strings.TrimSuffix(strings.TrimPrefix(name, "traces/"), ".jsonl"))
	}
	x := strings.Repeat("x", 100)
	want := []string{"Task", "task-2", "task-2-2", "_.._.._etc_passwd", "_.hidden", "_-rf", "a_b_c", "b_se", "_",
		"_CON", "_com1.x", "combo", x, x + "-2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWriteReplaces writes over a workload, and leaves no manifest when it
// fails on the way.
func TestWriteReplaces(t *testing.T) {
	dir := t.TempDir()
	for _, ids := range [][]string{{"a", "b"}, {"b", "c"}} {
		if err := Write(dir, testWorkload(t, ids...)); err != nil {
			t.Fatal(err)
		}
		w, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(w.Trajectories) != 2 || w.Trajectories[0].ID != ids[0] {
			t.Errorf("read %+v back, expected %v", w.Trajectories, ids)
		}
	}
	if parts, _ := filepath.Glob(filepath.Join(dir, "*", "*.part")); len(parts) > 0 {
		t.Errorf("left behind: %v", parts)
	}
	// A folder in the place of a file cannot be replaced.
	if err := os.MkdirAll(filepath.Join(dir, "traces", "d.jsonl", "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, testWorkload(t, "a", "d")); err == nil {
		t.Fatal("no error")
	}
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err == nil {
		t.Error("a manifest of an incomplete workload")
	}
	if parts, _ := filepath.Glob(filepath.Join(dir, "*", "*.part")); len(parts) > 0 {
		t.Errorf("left behind: %v", parts)
	}
}

func TestWriteErrors(t *testing.T) {
	tests := []struct {
		name   string
		change func(w *trajectory.Workload)
		want   string
	}{
		{"no trajectories", func(w *trajectory.Workload) { w.Trajectories = nil }, "trajectory: Workload: no trajectories"},
		{"name", func(w *trajectory.Workload) { w.Name = "\xff" }, `workload: text "\xff": expected at most 4096 bytes of UTF-8`},
		{"no ID", func(w *trajectory.Workload) { w.Trajectories[1].ID = "" }, `trajectory: Trajectories[1] (""): no ID`},
		{"same ID", func(w *trajectory.Workload) { w.Trajectories[1].ID = "a" }, `trajectory: Trajectories[1] ("a"): ID is not unique`},
		{"no turns", func(w *trajectory.Workload) { w.Trajectories[0].Turns = nil }, `trajectory: Trajectories[0] ("a"): no turns`},
		{"window", func(w *trajectory.Workload) { w.Trajectories[0].ContextTokens = -1 },
			`trajectory: Trajectories[0] ("a"): context of -1 tokens, expected 0 to 100000000`},
		{"no messages", func(w *trajectory.Workload) { w.Trajectories[0].Turns[0].History = nil }, `trajectory: Trajectories[0] ("a"): turn 0: no messages`},
		{"tokens", func(w *trajectory.Workload) { w.Trajectories[0].Turns[0].PromptTokens = -1 },
			`trajectory: Trajectories[0] ("a"): turn 0: -1 tokens, expected 0 to 100000000`},
		{"delay", func(w *trajectory.Workload) { w.Trajectories[0].Turns[0].ToolDelay = 25 * time.Hour },
			`trajectory: Trajectories[0] ("a"): turn 0: duration of 25h0m0s, expected 0 to 24h0m0s`},
	}
	for _, tt := range tests {
		w := testWorkload(t, "a", "b")
		tt.change(w)
		dir := filepath.Join(t.TempDir(), "w")
		for _, err := range []error{Write(dir, w), WriteJSONL(io.Discard, w)} {
			if err == nil || err.Error() != tt.want {
				t.Errorf("%s: %v, expected %s", tt.name, err, tt.want)
			}
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: something was written", tt.name)
		}
	}
	full := errors.New("disk full")
	if err := WriteJSONL(fullDisk{full}, testWorkload(t, "a")); !errors.Is(err, full) {
		t.Errorf("error of the writer: %v", err)
	}
}

type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }
