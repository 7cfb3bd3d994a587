package format

import (
	"bytes"
	"compress/flate"
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

// Folders as tools leave them. The kind: a file that a tool adds beside its recordings,
// or packs by itself, does not make the others unreadable.
func TestReportedFolders(t *testing.T) {
	for name, want := range map[string]struct{ calls, findings []string }{
		"claude-workflow": {
			[]string{"s1 20005>60 u", "s1 20105>60 u a t"},
			[]string{
				"s1/subagents/workflows/wf_1/journal.jsonl: info: the journal of a workflow, which has no model calls; left out (no-model-calls)",
				"s1.jsonl:4: warning: half a character, as tools leave it that cut text, which servers refuse; U+FFFD stands for it, here and in the rest of the file (half-character)",
				`sessions-index.json: warning: unknown format: it begins with the keys "version", "entries"; left out (unrecognized)`,
			},
		},
		"codex-zst": {
			[]string{"11111111-1111-7111-8111-111111111111 5000>100 u", "11111111-1111-7111-8111-111111111111 5300>120 u a t"},
			[]string{"rollout-2026-04-01T10-00-00-a.jsonl.zst: warning: 1 file(s) from this one on are compressed with zstd, which is not read, and left out; to unpack all, run in the folder: zstd -d --rm -r . (compressed)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := Open("testdata/reported/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.calls, calls(w)); diff != "" {
				t.Errorf("calls (-want +got)\n%s", diff)
			}
			var findings []string
			for _, f := range w.Findings {
				if f.Rule != "prefix" {
					findings = append(findings, f.String())
				}
			}
			if diff := cmp.Diff(want.findings, findings); diff != "" {
				t.Errorf("findings (-want +got)\n%s", diff)
			}
		})
	}
}

// A file whose name no file system interface takes, a pipe, and a folder of such a name.
func TestOddNames(t *testing.T) {
	dir := t.TempDir()
	odd := filepath.Join(dir, "b\xff.jsonl")
	if err := os.WriteFile(odd, nil, 0o666); err != nil {
		t.Skip(err)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "c\xff"), 0o777),
		os.WriteFile(filepath.Join(dir, "c\xff", "d.jsonl"), nil, 0o666),
		os.WriteFile(filepath.Join(dir, "a.jsonl"), []byte(lf(rowJSON("a", 0, nil))), 0o666),
		os.Mkdir(filepath.Join(dir, "e.jsonl"), 0o777)); err != nil {
		t.Fatal(err)
	}
	w, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(w.Findings); len(w.Trajectories) != 1 || got != 2 {
		t.Errorf("%d sessions, findings %v", len(w.Trajectories), w.Findings)
	}
}

// A user brings a decompressor.
func TestDecompress(t *testing.T) {
	row := lf(rowJSON("a", 0, nil))
	var packed bytes.Buffer
	z, _ := flate.NewWriter(&packed, 9)
	io.WriteString(z, row)
	z.Close()
	inflate := func(r io.Reader) (io.ReadCloser, error) { return flate.NewReader(r), nil }
	rot := func(r io.Reader) (io.ReadCloser, error) {
		_, err := io.CopyN(io.Discard, r, 4)
		return io.NopCloser(r), err
	}
	o := Options{Decompress: map[string]func(io.Reader) (io.ReadCloser, error){".deflate": inflate, ".zst": rot}}
	fsys := files("a.jsonl.deflate", packed.String(), "b.jsonl.zst", "(\xb5/\xfd"+strings.ReplaceAll(row, `"a"`, `"b"`),
		"c.jsonl", "(\xb5/\xfd"+strings.ReplaceAll(row, `"a"`, `"c"`))
	w, err := o.OpenFS(fsys, ".")
	if err != nil || len(w.Trajectories) != 3 || len(w.Findings) != 0 {
		t.Fatalf("%v, %v", w, err)
	}
	bad := errors.New("bad frame")
	o.Decompress[".zst"] = func(io.Reader) (io.ReadCloser, error) { return nil, bad }
	if _, err := o.OpenFS(fsys, "b.jsonl.zst"); !errors.Is(err, bad) {
		t.Errorf("error is %v", err)
	}
	for _, suffix := range []string{"", ".", "zst"} {
		if err := (Options{Decompress: map[string]func(io.Reader) (io.ReadCloser, error){suffix: rot}}).Validate(); err == nil {
			t.Errorf("%q is taken", suffix)
		}
	}
	r := &limited{strings.NewReader("abcdef"), 4}
	if data, err := io.ReadAll(r); string(data) != "abcd" || err != errUnpacked {
		t.Errorf("%q, %v", data, err)
	}
}

// The agents of a workflow hang under the call that started it, however the log says
// so, and what the session waited for them is not waited for twice.
func TestClaudeWorkflows(t *testing.T) {
	call := func(name, text string) string { return strings.ReplaceAll(text, `"name":"f"`, `"name":"`+name+`"`) }
	// Two agents, from 2 s to 5 and to 7 s. What the session waits for comes at 10 s.
	session := strings.NewReplacer("10:00:02", "10:00:10", "10:00:03", "10:00:12").Replace(claudeLines("s", "1 - prompt p", "2 1 answer m1 W", "3 2 result W", "4 3 answer m2"))
	background := strings.NewReplacer("10:00:03", "10:00:04", "10:00:04", "10:00:10", "10:00:05", "10:00:12").Replace(claudeLines("s", "1 - prompt p", "2 1 answer m1 W", "3 2 result W", "4 3 answer m2",
		"5 4 prompt <task-notification><tool-use-id>W</tool-use-id>done</task-notification>", "6 5 answer m3"))
	agent := func(id string, end string) string {
		text := claudeLines("s", id+"0 - prompt explore", id+"1 "+id+"0 answer k"+id)
		text = strings.NewReplacer("10:00:00", "10:00:02", "10:00:01", "10:00:0"+end).Replace(text)
		return strings.ReplaceAll(text, `"sessionId"`, `"isSidechain":true,"agentId":"`+id+`","sessionId"`)
	}
	folder := func(session string, more ...string) []string {
		return append([]string{"s.jsonl", session, "s/subagents/workflows/wf_1-2/agent-x.jsonl", agent("x", "5"), "s/subagents/workflows/wf_1-2/agent-y.jsonl", agent("y", "7"),
			"s/subagents/workflows/wf_1-2/journal.jsonl", `{"type":"started","key":"v2:a","agentId":"x"}` + "\n"}, more...)
	}
	meta := `{"agentType":"workflow-subagent","toolUseId":"W"}`
	for name, tt := range map[string]struct {
		files []string
		join  int
		rest  time.Duration // of the wait before the turn that joins
	}{
		"the call is a workflow":           {folder(call("Workflow", session)), 1, 3 * time.Second},
		"the result names the run":         {folder(call("Workflow", strings.Replace(session, `"uuid":"3"`, `"toolUseResult":{"runId":"wf_1-2"},"uuid":"3"`, 1))), 1, 3 * time.Second},
		"files beside name the call":       {folder(call("Run", session), "s/subagents/workflows/wf_1-2/agent-x.meta.json", meta, "s/subagents/workflows/wf_1-2/agent-y.meta.json", "{\n"+meta[1:]), 1, 3 * time.Second},
		"a call that was running":          {folder(call("Run", session)), 1, 3 * time.Second},
		"in the background, told of later": {folder(call("Workflow", background)), 2, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := openFiles(t, files(tt.files...), ".")
			if len(w.Trajectories) != 1 || len(w.Trajectories[0].Subagents) != 2 {
				t.Fatalf("workload\n%s", outline(w))
			}
			for _, s := range w.Trajectories[0].Subagents {
				if s.After != 0 || s.Join != tt.join || s.Delay != time.Second {
					t.Errorf("after %d, %v later, joined by %d", s.After, s.Delay, s.Join)
				}
			}
			if before := w.Trajectories[0].Turns[tt.join-1]; before.ToolDelay != tt.rest || before.HumanDelay != 0 {
				t.Errorf("waits for %v, and %v for a person", before.ToolDelay, before.HumanDelay)
			}
			for _, f := range w.Findings {
				if f.Severity != trajectory.SeverityInfo {
					t.Error(f)
				}
			}
		})
	}
}
