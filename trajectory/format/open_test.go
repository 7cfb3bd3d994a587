package format

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

func TestOpenManifest(t *testing.T) {
	for _, name := range []string{"testdata/kettle", "testdata/kettle/manifest.json"} {
		w, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if w.Name != "Kettle" || w.Source != "written by hand" || len(w.Trajectories) != 2 {
			t.Fatalf("Open(%s) = %q from %q, %d trajectories", name, w.Name, w.Source, len(w.Trajectories))
		}
		boils := w.Trajectories[0]
		if boils.ID != "kettle-boils-dry" || boils.Source != "traces/kettle-boils-dry.jsonl" || boils.ContextTokens != 4096 {
			t.Errorf("trajectory is %q from %q with %d tokens", boils.ID, boils.Source, boils.ContextTokens)
		}
		got := flatten(w)[0].Turns
		want := trajectory.Turn{
			OutputTokens: 41, MaxOutputTokens: 64, PromptTokens: 120, CompletionTokens: 41,
			ModelTime: 812500 * time.Microsecond,
			ToolDelay: 33250 * time.Microsecond, ToolDelayKnown: true,
			ToolCalls: []trajectory.ToolCall{
				{ID: "c1", Name: "read_file", Duration: 30 * time.Millisecond},
				{ID: "c2", Duration: 3250 * time.Microsecond},
			},
		}
		if diff := cmp.Diff(want, got[0].Turn); diff != "" {
			t.Errorf("first turn (-want +got):\n%s", diff)
		}
		if got[0].Tools == "" || got[0].Tools != got[1].Tools || got[2].Tools != "" {
			t.Errorf("tools are %q, %q, %q", got[0].Tools, got[1].Tools, got[2].Tools)
		}
		// Content that is null stays, content that is absent stays absent, and
		// keys that this package knows nothing of stay too.
		m := got[2].Messages
		for i, want := range map[int]string{
			2: `{"role":"assistant","content":null,`,
			4: `{"role":"assistant","tool_calls":`,
			6: `"reasoning_content":"water boils at 100"`,
		} {
			if !strings.Contains(m[i], want) {
				t.Errorf("message %d is %s, expected %s in it", i, m[i], want)
			}
		}
		if n := boils.Turns[2].History.Shared(boils.Turns[1].History); n != 6 {
			t.Errorf("turn 2 shares %d messages with turn 1, expected 6", n)
		}
	}
}

func TestOpenRows(t *testing.T) {
	w, err := Open("testdata/pantry.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if w.Name != "pantry" || w.Source != "pantry.jsonl" {
		t.Errorf("workload is %q from %q", w.Name, w.Source)
	}
	var got []string
	for _, tr := range w.Trajectories {
		for i, turn := range tr.Turns {
			if turn.ToolDelayKnown {
				t.Errorf("%s turn %d: a tool delay from nowhere", tr.ID, i)
			}
			got = append(got, tr.ID+" "+strings.Repeat("m", turn.History.Len()))
		}
	}
	want := []string{"larder m", "larder mmm", "larder mm", "pulse mm", "pulse mmmm"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("turns (-want +got):\n%s", diff)
	}
	larder := w.Trajectories[0].Turns
	if n := larder[2].History.Shared(larder[1].History); n != 1 {
		t.Errorf("the shortened context shares %d messages, expected 1", n)
	}
	// Its spacing goes.
	if got := string(larder[0].History.Last().JSON()); got != `{"role":"user","content":"What is in the larder?"}` {
		t.Errorf("message is %s", got)
	}
}

// TestOpenVariants reads the same rows in every wrapping.
func TestOpenVariants(t *testing.T) {
	plain := readFile(t, "testdata/pantry.jsonl")
	want := flatten(openFiles(t, files("a.jsonl", string(plain)), "a.jsonl"))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(plain)
	z.Close()
	text := string(plain)
	lines := strings.SplitAfter(text, "\n")
	tests := []struct {
		name string
		fsys fstest.MapFS
		open string
	}{
		{"CRLF", files("a.jsonl", strings.ReplaceAll(text, "\n", "\r\n")), "a.jsonl"},
		{"BOM", files("a.jsonl", "\ufeff"+text), "a.jsonl"},
		{"blank lines", files("a.jsonl", "\n \n\r\n"+strings.ReplaceAll(text, "\n", "\n\t\n")), "a.jsonl"},
		{"no last newline", files("a.jsonl", strings.TrimSuffix(text, "\n")), "a.jsonl"},
		{"gzip", files("a.jsonl.gz", packed.String()), "a.jsonl.gz"},
		{"gzip by content", files("a.txt", packed.String()), "a.txt"},
		{"other name", files("manifest.json", text), "manifest.json"},
		{"folder", files("sub/a.jsonl", text, "sub/notes.txt", "x"), "sub"},
		{"folder, split", files("a.jsonl", lines[0]+lines[1], "b.jsonl", strings.Join(lines[2:], "")), "."},
		{"folder, packed", files("a.jsonl.gz", packed.String()), "."},
		{"folder, both", files("a.jsonl", text, "a.jsonl.gz", packed.String(), "a.jsonl.zst", "(\xb5/\xfd"), "."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(want, flatten(openFiles(t, tt.fsys, tt.open))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpenManifestVariants(t *testing.T) {
	trace := lf(rowJSON("c", 0, map[string]any{"task_id": "a"}))
	task := `{"task_id":"a","trace":"t/a.jsonl"}`
	for name, text := range map[string]string{
		"one line": `{"tasks":[` + task + `],"mode":"` + replayMode + `","version":1}`,
		"BOM":      "\ufeff{\n\"name\": null, \"mode\":\"" + replayMode + "\",\r\n\"version\":1.0,\"tasks\":[" + task + "]}",
	} {
		w := openFiles(t, files("x/m.json", text, "x/t/a.jsonl", trace), "x/m.json")
		if w.Name != "m" || w.Source != "m.json" || w.Trajectories[0].ID != "a" {
			t.Errorf("%s: %q from %q, trajectory %q", name, w.Name, w.Source, w.Trajectories[0].ID)
		}
	}
}

// TestLongHead opens a file whose first record says what it is only after
// more than is looked at.
func TestLongHead(t *testing.T) {
	row := `{"messages":[{"role":"user","content":"` + strings.Repeat("x", 2*headSize) + `"}],"conversation_id":"a","conversation_idx":0}`
	w := openFiles(t, files("a", row), "a")
	if n := w.Trajectories[0].Turns[0].History.Size(); n < 2*headSize {
		t.Errorf("context of %d bytes", n)
	}
}

// TestLinks follows symbolic links inside the folder and none out of it.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	write("outside.jsonl", lf(rowJSON("a", 0, map[string]any{"task_id": "a"})))
	write("w/inside.jsonl", lf(rowJSON("a", 0, map[string]any{"task_id": "a"})))
	write("w/manifest.json", `{"version":1,"mode":"`+replayMode+`","tasks":[{"task_id":"a","trace":"a.jsonl"}]}`)
	link("inside.jsonl", "w/a.jsonl")
	link("w/manifest.json", "current.json")
	for _, name := range []string{"w", "current.json"} {
		if _, err := Open(filepath.Join(dir, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "w/a.jsonl")); err != nil {
		t.Fatal(err)
	}
	link("../outside.jsonl", "w/a.jsonl")
	_, err := Open(filepath.Join(dir, "w"))
	if err == nil || !strings.HasPrefix(err.Error(), "manifest.json: tasks[0].trace: ") || !strings.Contains(err.Error(), "escapes") {
		t.Errorf("link out of the folder: %v", err)
	}
}
