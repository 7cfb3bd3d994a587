package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// Names in recordings, and of files, may hold what terminals obey.
func TestHostileNames(t *testing.T) {
	const hostile = "x\x1b[31m\u202e\u200b\nFAKE: all is well\r\x07\u009b"
	session, err := json.Marshal(map[string]any{"id": hostile, "model": hostile, "messages": []map[string]any{
		{"role": "user", "content": "hi", "name": hostile}, {"role": "assistant", "content": "ho"},
		{"role": "tool", "tool_call_id": hostile, "content": "so"}, {"role": "assistant", "content": "no"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "odd\nFAKE folder\x1b[2J")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Skip(err)
	}
	file, broken := filepath.Join(folder, "a\nFAKE file\u202e.jsonl"), filepath.Join(folder, "b\nFAKE\x1b.jsonl")
	for name, text := range map[string]string{file: string(session) + "\n", broken: "{\"messages\":[{\"role\":\"\x1b\nFAKE\"}]}\n"} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Skip(err)
		}
	}
	for _, args := range [][]string{
		{"inspect", file}, {"lint", file}, {"stats", file}, {"stats", "-json", file}, {"lint", "-json", file}, {"inspect", broken}, {"inspect", folder},
		{"inspect", "-skip-bad", folder}, {"lint", "-skip-bad", folder}, {"inspect", file + "no"}, {"convert", "-to", "rows", file, "-"}, {"inspect", file, hostile}, {"inspect", "-format", hostile, file},
	} {
		var out, errs strings.Builder
		status := run(args, &out, &errs)
		for _, shown := range []string{out.String(), errs.String()} {
			if i := strings.IndexFunc(shown, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }); i >= 0 {
				t.Errorf("%q shows %q", args, shown)
			}
			for line := range strings.Lines(shown) {
				if strings.HasPrefix(line, "FAKE") {
					t.Errorf("%q shows a line of somebody else: %q", args, line)
				}
			}
		}
		if out.Len()+errs.Len() == 0 || status == cli.OK && out.Len() == 0 {
			t.Errorf("%q says nothing", args)
		}
	}
}
