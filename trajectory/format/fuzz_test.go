package format

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

// checkWorkloadInvariants checks what every workload read must be, and that
// it survives being written.
func checkWorkloadInvariants(t *testing.T, w *trajectory.Workload) {
	t.Helper()
	if len(w.Trajectories) == 0 {
		t.Fatal("no trajectories and no error")
	}
	for _, tr := range w.Trajectories {
		if tr.ID == "" || len(tr.Turns) == 0 {
			t.Fatalf("trajectory %q of %d turns", tr.ID, len(tr.Turns))
		}
		for i, turn := range tr.Turns {
			if turn.History.Len() == 0 {
				t.Fatalf("trajectory %q: turn %d has no messages", tr.ID, i)
			}
			for m := range turn.History.All() {
				if r, ok := m.Recorded(); ok && (!json.Valid(r.JSON) || r.API == "") {
					t.Fatalf("trajectory %q: turn %d: recorded as %s", tr.ID, i, r.JSON)
				}
				if m.Role() == "" {
					t.Fatalf("trajectory %q: turn %d: message without role: %s", tr.ID, i, m.JSON())
				}
			}
		}
	}
	var rows bytes.Buffer
	if err := WriteJSONL(&rows, w); err != nil {
		t.Fatalf("what was read cannot be written: %v", err)
	}
	again, err := OpenFS(files("a", rows.String()), "a")
	if err != nil {
		t.Fatalf("what was written cannot be read: %v\n%s", err, rows.Bytes())
	}
	want := flatten(w)
	for i := range want {
		want[i].ContextTokens = 0
	}
	if diff := cmp.Diff(want, flatten(again)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

func FuzzRows(f *testing.F) {
	f.Add([]byte(lf(rowJSON("a", 0, nil), rowJSON("b", 0, nil), rowJSON("a", 1, map[string]any{
		"version": 1, "target_output_tokens": 1.0, "simulated_tool_delay_ms_after": 0.000001,
		"recorded_tool_calls_after": []any{map[string]any{"duration_ms": 1e3, "tool_name": "<\u2028>"}},
	}))))
	for _, name := range []string{"testdata/pantry.jsonl", "testdata/kettle/traces/kettle-boils-dry.jsonl"} {
		f.Add(readFile(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := OpenFS(files("a", string(data)), "a")
		if err != nil {
			return
		}
		checkWorkloadInvariants(t, w)
	})
}

func FuzzManifest(f *testing.F) {
	f.Add(readFile(f, "testdata/kettle/manifest.json"))
	f.Add([]byte(`{"mode":"` + replayMode + `","version":1,"tasks":[{"task_id":"a","trace":"traces/a.jsonl","tool_calls":0}]}`))
	const boils, lid = "traces/kettle-boils-dry.jsonl", "traces/kettle-lid.jsonl"
	traces := []string{
		"traces/a.jsonl", lf(rowJSON("a", 0, map[string]any{"task_id": "a"})),
		boils, string(readFile(f, "testdata/kettle/"+boils)), lid, string(readFile(f, "testdata/kettle/"+lid)),
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := files(append([]string{"manifest.json", string(data)}, traces...)...)
		w, err := OpenFS(fsys, ".")
		if err != nil {
			return
		}
		checkWorkloadInvariants(t, w)
	})
}

// FuzzFormats gives every reader whatever there is, the format named or recognized.
func FuzzFormats(f *testing.F) {
	formats := append(Formats(), "")
	reported, err := filepath.Glob("testdata/reported/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(fixtures(f), reported...) {
		data := readFile(f, name)
		f.Add(uint8(len(formats)-1), false, data)
		for i := range formats {
			if w, err := (Options{Format: formats[i]}).OpenFS(files("a", string(data)), "a"); err == nil && len(w.Trajectories) > 0 {
				f.Add(uint8(i), true, data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, format uint8, skip bool, data []byte) {
		o := Options{Format: formats[int(format)%len(formats)], SkipBad: skip, Redact: RedactSecrets()}
		w, err := o.OpenFS(files("a", string(data)), "a")
		if err != nil {
			return
		}
		checkWorkloadInvariants(t, w)
		w.Stats()
		trajectory.Lint(w, trajectory.Policy{Window: 100})
		again, err := o.OpenFS(files("a", string(data)), "a")
		if err != nil || !cmp.Equal(outline(w), outline(again)) {
			t.Fatalf("the second time it is read otherwise: %v\n%s", err, cmp.Diff(outline(w), outline(again)))
		}
	})
}
