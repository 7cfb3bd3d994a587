package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

func write(t *testing.T, folder, name string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file is told by what it is and not by its name.
func TestApart(t *testing.T) {
	folder := t.TempDir()
	a, b := write(t, folder, "a"), write(t, folder, "sub/b")
	hard, soft, linked := filepath.Join(folder, "hard"), filepath.Join(folder, "soft"), filepath.Join(folder, "linked")
	for _, err := range []error{os.Link(b, hard), os.Symlink(b, soft), os.Symlink(filepath.Dir(b), linked)} {
		if err != nil {
			t.Skip(err)
		}
	}
	for _, tt := range []struct {
		json, requests, input string
		words                 string // empty where all is well
	}{
		{a, "", b, ""},
		{a, "", a, "-json would overwrite"},
		{filepath.Join(folder, "sub", "..", "a"), "", a, "-json would overwrite"},
		{"", b, filepath.Dir(b), "-requests would overwrite"},
		{"", hard, b, "-requests would overwrite"},
		{"", hard, filepath.Dir(b), "-requests would overwrite"},
		{soft, "", b, "-json would overwrite"},
		{filepath.Join(linked, "b"), "", filepath.Dir(b), "-json would overwrite"},
		{a, a, b, "-json and -requests are the same file"},
		{hard, soft, a, "-json and -requests are the same file"},
		{filepath.Join(folder, "new"), filepath.Join(folder, "sub", "..", "new"), a, "the same file"},
		{filepath.Join(folder, "sub", "new"), filepath.Join(linked, "new"), a, "the same file"},
		{filepath.Join(folder, "sub", "new"), filepath.Join(folder, "new"), filepath.Dir(b), ""},
		{os.DevNull, os.DevNull, a, ""},
		{"", "", "", ""},
	} {
		err := cli.Apart([]cli.Place{{"-json", tt.json}, {"-requests", tt.requests}}, []cli.Place{{"-workload", tt.input}, {"-ca", ""}})
		if tt.words == "" && err != nil || tt.words != "" && (err == nil || !strings.Contains(err.Error(), tt.words)) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

func TestOpenInput(t *testing.T) {
	folder := t.TempDir()
	small := write(t, folder, "small")
	sparse := filepath.Join(folder, "sparse")
	f, err := os.Create(sparse)
	if err == nil {
		err = f.Truncate(1 << 40)
	}
	if err != nil {
		t.Skip(err)
	}
	f.Close()
	for name, words := range map[string]string{
		small: "", sparse: "has 1099511627776 bytes, expected at most 100", folder: "is a folder", filepath.Join(folder, "no"): "no such file", os.DevNull: "is not a regular file",
	} {
		text, err := cli.ReadInput(name, 100)
		if words == "" && (err != nil || string(text) != "{}") || words != "" && (err == nil || !strings.Contains(err.Error(), words)) {
			t.Errorf("%s: %q, %v, want %q", name, text, err, words)
		}
	}
}

type table struct{ Text string }

func (table) WriteTable(w io.Writer) error { _, err := io.WriteString(w, "a table\n"); return err }

// A report that cannot be written where it was to go is not lost.
func TestReportIsRescued(t *testing.T) {
	temporary := t.TempDir()
	gone := filepath.Join(t.TempDir(), "folder", "report.json")
	for _, room := range []bool{true, false} {
		t.Setenv("TMPDIR", temporary)
		if !room {
			t.Setenv("TMPDIR", filepath.Join(temporary, "gone"))
		}
		var stdout, stderr bytes.Buffer
		program := cli.New("test", &stdout, &stderr)
		status := program.Conclude(t.Context(), cli.Result{Report: table{"hours"}, JSON: gone, Any: true})
		text := stderr.Bytes()
		if room {
			found, err := filepath.Glob(filepath.Join(temporary, "test-report-*.json"))
			if err != nil || len(found) != 1 || !strings.Contains(stderr.String(), found[0]) {
				t.Fatalf("%v, %v\n%s", found, err, &stderr)
			}
			if text, err = os.ReadFile(found[0]); err != nil {
				t.Fatal(err)
			}
		} else if i := bytes.IndexByte(text, '{'); i >= 0 {
			text = text[i:]
		}
		var got table
		if err := json.Unmarshal(text, &got); err != nil || got.Text != "hours" || status != cli.Failed || stdout.String() != "a table\n" {
			t.Errorf("status %d, %v\n%s%s", status, err, &stdout, &stderr)
		}
	}
}

func TestReadingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stop := make(chan struct{})
	defer close(stop)
	cancel()
	if err := cli.Reading(ctx, func() error { <-stop; return nil }); err == nil {
		t.Error("no error")
	}
	if err := cli.Reading(t.Context(), func() error { return io.EOF }); err != io.EOF {
		t.Error(err)
	}
}
