package format

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// checkErrors opens a.jsonl, or manifest.json where there is one, and compares
// the error line by line.
func checkErrors(t *testing.T, fsys fstest.MapFS, name string, want ...string) {
	t.Helper()
	w, err := OpenFS(fsys, name)
	if err == nil {
		t.Fatalf("no error, %d trajectories", len(w.Trajectories))
	}
	// What is wrong with the JSON are words of the standard library.
	got := regexp.MustCompile("not JSON: .*").ReplaceAllString(err.Error(), "not JSON")
	if diff := cmp.Diff(want, strings.Split(got, "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRowErrors puts one bad row between good ones.
func TestRowErrors(t *testing.T) {
	row := func(key string, value any) string { return rowJSON("a", 1, map[string]any{key: value}) }
	raw := func(key, value string) string {
		return strings.Replace(row(key, "@"), `"@"`, value, 1)
	}
	tests := []struct{ name, row, want string }{
		{"not JSON", `{"conversation_id": "a", `, "not JSON"},
		{"NaN", raw("simulated_tool_delay_ms_after", "NaN"), "not JSON"},
		{"two on a line", row("x", 1) + row("x", 1), "not JSON"},
		{"deep", strings.Repeat("[", 1<<20), "not JSON"},
		{"not UTF-8", strings.Replace(row("x", 1), "hi", "h\xff", 1), "not UTF-8"},
		{"not an object", `[1]`, "an array, expected an object"},
		{"version", row("version", 2), "version: 2, expected 1"},
		{"id missing", row("conversation_id", nil), "conversation_id: missing"},
		{"id empty", row("conversation_id", ""), "conversation_id: empty"},
		{"id number", row("conversation_id", 7), "conversation_id: a number, expected a string"},
		{"id long", row("conversation_id", strings.Repeat("x", 5000)), "conversation_id: 5000 bytes, expected at most 4096"},
		{"gap", row("conversation_idx", 5), "conversation_idx: 5, expected 1"},
		{"duplicate", row("conversation_idx", 0), "conversation_idx: 0, expected 1"},
		{"index missing", row("conversation_idx", nil), "conversation_idx: missing"},
		{"index text", row("conversation_idx", "1"), "conversation_idx: a string, expected a number"},
		{"index negative", row("conversation_idx", -1), "conversation_idx: -1, expected 0 to 1000000000"},
		{"index fraction", row("conversation_idx", 1.5), "conversation_idx: 1.5, expected a whole number"},
		{"messages missing", row("messages", nil), "messages: missing"},
		{"messages empty", row("messages", []any{}), "messages: empty"},
		{"messages text", row("messages", "hi"), "messages: a string, expected an array"},
		{"messages object", row("messages", map[string]any{"role": "user"}), "messages: an object, expected an array"},
		{"message text", row("messages", []any{"hi"}), "messages[0]: message is a string, expected a JSON object"},
		{"message without role", raw("messages", `[{"role":"user"},{"content":"hi"}]`), `messages[1]: message has no "role"`},
		{"tools object", row("tools", map[string]any{}), "tools: an object, expected an array"},
		{"tool text", row("tools", []any{"x"}), "tools[0]: a string, expected an object"},
		{"given twice", strings.Replace(row("x", 1), "{", `{"tools":[],`, 1), "tools: given twice"},
		{"target negative", row("target_output_tokens", -1), "target_output_tokens: -1, expected 0 to 100000000"},
		{"target huge", row("target_output_tokens", 1e9), "target_output_tokens: 1000000000, expected 0 to 100000000"},
		{"limit zero", row("max_output_tokens", 0), "max_output_tokens: 0, expected 1 to 100000000"},
		{"prompt text", row("recorded_prompt_tokens", "12"), "recorded_prompt_tokens: a string, expected a number"},
		{"completion boolean", row("recorded_completion_tokens", true), "recorded_completion_tokens: a boolean, expected a number"},
		{"model time", row("recorded_model_duration_ms", -0.5), "recorded_model_duration_ms: -0.5, expected 0 to 86400000"},
		{"delay over a day", row("simulated_tool_delay_ms_after", 86400001), "simulated_tool_delay_ms_after: 86400001, expected 0 to 86400000"},
		{"delay infinite", raw("simulated_tool_delay_ms_after", "1e999"), "simulated_tool_delay_ms_after: 1e999, expected 0 to 86400000"},
		{"delay endless", raw("simulated_tool_delay_ms_after", strings.Repeat("9", 99)), "simulated_tool_delay_ms_after: " + strings.Repeat("9", 60) + "..., expected 0 to 86400000"},
		{"calls object", row("recorded_tool_calls_after", map[string]any{}), "recorded_tool_calls_after: an object, expected an array"},
		{"call without time", raw("recorded_tool_calls_after", `[{"duration_ms":1},{"tool_name":"ls"}]`), "recorded_tool_calls_after[1].duration_ms: missing"},
		{"call name", raw("recorded_tool_calls_after", `[{"duration_ms":1,"tool_name":[]}]`), "recorded_tool_calls_after[0].tool_name: an array, expected a string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := lf(rowJSON("a", 0, nil), tt.row, rowJSON("a", 2, nil), rowJSON("b", 0, nil))
			if strings.HasPrefix(tt.name, "gap") {
				text = lf(rowJSON("a", 0, nil), tt.row, rowJSON("a", 6, nil))
			} else if tt.name == "duplicate" {
				text = lf(rowJSON("a", 0, nil), tt.row, rowJSON("a", 1, nil))
			}
			checkErrors(t, files("traces/a.jsonl", text), "traces/a.jsonl", "a.jsonl:2: "+tt.want)
			_, err := OpenFS(files("a.jsonl", text), "a.jsonl")
			if s, ok := errors.AsType[*SyntaxError](err); !ok || s.File != "a.jsonl" || s.Line != 2 || s.Err == nil {
				t.Errorf("not a SyntaxError with its place: %#v", s)
			}
		})
	}
}

func TestFileErrors(t *testing.T) {
	rows := lf(rowJSON("a", 0, nil))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(rows))
	z.Close()
	tests := []struct {
		name string
		fsys fstest.MapFS
		open string
		want []string
	}{
		{"absent", files("a", ""), "b", []string{"open b: file does not exist"}},
		{"empty", files("a.jsonl", ""), "a.jsonl", []string{"a.jsonl: empty"}},
		{"blank", files("a.jsonl", "\ufeff\n \r\n"), "a.jsonl", []string{"a.jsonl: empty"}},
		{"empty folder", files("sub/x.txt", "x"), "sub", []string{
			"folder has neither manifest.json nor files named *.jsonl, *.json, *.traj, *.har (file does not exist)"}},
		{"folder of manifests", files("manifest-x.json", "{}"), ".", []string{
			"no model calls found; manifest-x.json: warning: unknown format: it begins with no keys; left out (unrecognized)"}},
		{"garbage", files("a", "hello\nworld\n"), "a", []string{
			"a: unknown format: no JSON object found"}},
		{"another format", files("a.json", `{"info":{},"path":[]}`), "a.json", []string{
			`a.json: unknown format: it begins with the keys "info", "path"`}},
		{"array", files("a.json", `[]`), "a.json", []string{
			`a.json: unknown format: it begins with no keys`}},
		{"spread", files("a.jsonl", "{\n\"conversation_id\": \"a\"\n}\n"), "a.jsonl", []string{
			"a.jsonl: a record takes several lines, expected one line each; jq -c rewrites it so"}},
		{"zstd", files("a.jsonl.zst", "(\xb5/\xfd..."), "a.jsonl.zst", []string{
			`a.jsonl.zst: compressed with zstd, which is not read; zstd -d "a.jsonl.zst" unpacks it, zstd -d --rm -r . all files in and below a folder`}},
		{"nothing but xz in a folder", files("a.jsonl.xz", "\xfd7zXZ\x00...", "b.jsonl.xz", "\xfd7zXZ\x00..."), ".", []string{
			`no model calls found; a.jsonl.xz: warning: 2 file(s) from this one on are compressed with xz, which is not read, and left out; to unpack all, run in the folder: find . -name '*.xz' -exec xz -d {} + (compressed)`}},
		{"gzip cut", files("a.jsonl.gz", packed.String()[:packed.Len()-9]), "a.jsonl.gz", []string{"a.jsonl.gz: unexpected EOF"}},
		{"gzip head", files("a.jsonl.gz", "\x1f\x8bxxxxxxxxxxxx"), "a.jsonl.gz", []string{"a.jsonl.gz: gzip: invalid header"}},
		{"first line broken", files("a.jsonl", "{oops\n"+rows), "a.jsonl", []string{
			"a.jsonl:1: not JSON"}},
		{"twice in a folder", files("a.jsonl", rows, "b.jsonl", rows), ".", []string{
			"b.jsonl:1: conversation_idx: 0, expected 1 (the conversation began in a.jsonl)"}},
		{"nothing but a manifest of another name", files("b.jsonl", `{"tasks":[]}`), ".", []string{
			"no model calls found; b.jsonl: warning: a manifest beside other recordings; to read it, open it by its name; left out (unrecognized)"}},
		{"named pipe", fstest.MapFS{"a.jsonl": {Mode: fs.ModeNamedPipe}}, "a.jsonl", []string{"open a.jsonl: not a regular file"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkErrors(t, tt.fsys, tt.open, tt.want...) })
	}
	if _, err := Open("testdata/absent"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "testdata/absent") {
		t.Errorf("Open of an absent file: %v", err)
	}
}

// TestReadError breaks off in the middle: what a broken disk or a cut download
// does is not the fault of a record.
func TestReadError(t *testing.T) {
	broken := errors.New("broken disk")
	rd := newReader()
	in := io.MultiReader(strings.NewReader(lf(rowJSON("a", 0, nil))+`{"conv`), iotest.ErrReader(broken))
	rd.conversations("").read("a.jsonl", &file{Reader: bufio.NewReader(in)})
	err := rd.err()
	if _, ok := errors.AsType[*SyntaxError](err); ok || !errors.Is(err, broken) || err.Error() != "a.jsonl:2: broken disk" {
		t.Errorf("error is %v", err)
	}
	rd = newReader()
	rd.readManifest(files(), "manifest.json", iotest.ErrReader(broken))
	if err := rd.err(); err == nil || err.Error() != "manifest.json: broken disk" {
		t.Errorf("error is %v", err)
	}
}

// TestNoCascade checks that what follows a mistake is not taken for another.
func TestNoCascade(t *testing.T) {
	a := func(i int) string { return rowJSON("a", i, nil) }
	b := func(i int) string { return rowJSON("b", i, nil) }
	const notJSON = "not JSON"
	tests := []struct {
		name string
		rows []string
		want []string
	}{
		{"lost row", []string{a(0), b(0), "x", a(1), b(2), b(3), a(2)}, []string{"a.jsonl:3: " + notJSON}},
		{"lost first row", []string{"x", a(1), a(2), b(0)}, []string{"a.jsonl:1: " + notJSON}},
		{"gap", []string{a(0), a(7), a(8), a(9)}, []string{"a.jsonl:2: conversation_idx: 7, expected 1"}},
		{"restart", []string{a(0), a(1), a(0), a(1), a(2)}, []string{"a.jsonl:3: conversation_idx: 0, expected 2"}},
		{"bad start", []string{a(1), a(2), a(3)}, []string{"a.jsonl:1: conversation_idx: 1, expected 0"}},
		{"a later mistake counts", []string{a(0), "x", a(2), a(4), b(1), b(1)}, []string{
			"a.jsonl:2: " + notJSON, "a.jsonl:4: conversation_idx: 4, expected 3", "a.jsonl:6: conversation_idx: 1, expected 2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkErrors(t, files("a.jsonl", lf(tt.rows...)), "a.jsonl", tt.want...)
		})
	}
}

func TestStopsAfterTwenty(t *testing.T) {
	var rows, want []string
	for i := range 100 {
		rows = append(rows, rowJSON(fmt.Sprint(i), 0, map[string]any{"messages": 1}))
		if i < 20 {
			want = append(want, fmt.Sprintf("a.jsonl:%d: messages: a number, expected an array", i+1))
		}
	}
	want = append(want, "reading stopped after 20 problems")
	checkErrors(t, files("a.jsonl", lf(rows...)), "a.jsonl", want...)
	checkErrors(t, files("a.jsonl", lf(rows...), "b.jsonl", lf(rows...)), ".", want...)
}
