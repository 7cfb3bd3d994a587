package format

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

func TestManifestErrors(t *testing.T) {
	const mode = `"mode":"` + replayMode + `","version":1`
	trace := lf(rowJSON("c", 0, map[string]any{"task_id": "a"}), rowJSON("c", 1, map[string]any{
		"task_id": "a", "recorded_tool_calls_after": []any{map[string]any{"duration_ms": 1}}}))
	one := func(fields string) string {
		return `{` + mode + `,"tasks":[{"task_id":"a","trace":"traces/a.jsonl"` + fields + `}]}`
	}
	at := func(path string) string {
		return `{` + mode + `,"tasks":[{"task_id":"a","trace":"traces/a.jsonl"},{"task_id":"b","trace":"` + path + `"}]}`
	}
	tests := []struct {
		name, manifest string
		want           []string
	}{
		{"cut", "{\n" + mode + ",\n\"tasks\":[", []string{": line 3: not JSON"}},
		{"mode", `{"mode":"swarm","version":1,"tasks":[]}`, []string{
			`: mode: "swarm", expected "single_user_agentic_replay"`, ": tasks: empty"}},
		{"everything missing", `{"tasks":null}`, []string{": mode: missing", ": version: missing", ": tasks: missing"}},
		{"types", `{"mode":1,"version":"1","name":[],"tasks":{}}`, []string{
			": mode: a number, expected a string", ": version: a string, expected a number",
			": name: an array, expected a string", ": tasks: an object, expected an array"}},
		{"version", `{"mode":"` + replayMode + `","version":3,"tasks":[1]}`, []string{
			": version: 3, expected 1", ": tasks[0]: a number, expected an object", ": tasks: empty"}},
		{"task", `{` + mode + `,"tasks":[{"model_calls":-1,"tool_calls":0.5,"total_recorded_tool_delay_ms":"x","required_context_tokens":1e9}]}`, []string{
			": tasks[0].task_id: missing", ": tasks[0].trace: missing",
			": tasks[0].model_calls: -1, expected 0 to 1000000000", ": tasks[0].tool_calls: 0.5, expected a whole number",
			": tasks[0].total_recorded_tool_delay_ms: a string, expected a number",
			": tasks[0].required_context_tokens: 1e9, expected 0 to 100000000"}},
		{"too large", `{"mode":"x","name":"` + strings.Repeat("x", maxManifest) + `"}`, []string{": more than 16 MiB"}},
		{"twins", `{` + mode + `,"tasks":[{"task_id":"a","trace":"x"},{"task_id":"b","trace":"y"},{"task_id":"a","trace":"./x"}]}`, []string{
			`: tasks[2].task_id: "a" is also the ID of tasks[0]`, `: tasks[2].trace: "x" is also the trace of tasks[0]`}},
		{"leaves", at("../x.jsonl"), []string{`: tasks[1].trace: "../x.jsonl" leaves the manifest's folder`}},
		{"leaves inside", at("traces/../a.jsonl"), []string{`: tasks[1].trace: "traces/../a.jsonl" leaves the manifest's folder`}},
		{"leaves, Windows", at(`traces\\..\\..\\a.jsonl`), []string{`: tasks[1].trace: "traces\\..\\..\\a.jsonl" leaves the manifest's folder`}},
		{"absolute", at("/x.jsonl"), []string{`: tasks[1].trace: "/x.jsonl" is absolute, expected a path inside the manifest's folder`}},
		{"trace missing", at("b.jsonl"), []string{": tasks: 1 of 2 traces are missing (file does not exist): b.jsonl"}},
		{"trace is a folder", `{` + mode + `,"tasks":[{"task_id":"a","trace":"traces"}]}`, []string{"open traces: not a regular file"}},
		{"trace empty", `{` + mode + `,"tasks":[{"task_id":"a","trace":"empty.jsonl","model_calls":3}]}`, []string{"empty.jsonl: no records"}},
		{"model_calls", one(`,"model_calls":3`), []string{": tasks[0].model_calls: 3, but traces/a.jsonl has 2 rows"}},
		{"tool_calls", one(`,"tool_calls":0`), []string{": tasks[0].tool_calls: 0, but traces/a.jsonl has 1"}},
		{"other task", strings.Replace(one(""), `"task_id":"a"`, `"task_id":"z"`, 1), []string{
			`traces/a.jsonl:1: task_id: "a", expected "z"`, `traces/a.jsonl:2: task_id: "a", expected "z"`}},
		{"no task", `{` + mode + `,"tasks":[{"task_id":"a","trace":"bare.jsonl","model_calls":9}]}`, []string{
			`bare.jsonl:1: task_id: missing, expected "a"`}},
		{"two conversations", `{` + mode + `,"tasks":[{"task_id":"a","trace":"two.jsonl"}]}`, []string{
			`two.jsonl:2: conversation_id: "d", but a trace holds one conversation`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fsys := files("w/manifest.json", tt.manifest, "w/traces/a.jsonl", trace, "x.jsonl", trace, "w/empty.jsonl", "\n\n",
				"w/bare.jsonl", lf(rowJSON("c", 0, nil)),
				"w/two.jsonl", lf(rowJSON("c", 0, map[string]any{"task_id": "a"}), rowJSON("d", 0, map[string]any{"task_id": "a"})))
			var want []string
			for _, line := range tt.want {
				if strings.HasPrefix(line, ":") {
					line = "manifest.json" + line
				}
				want = append(want, line)
			}
			checkErrors(t, fsys, "w", want...)
		})
	}
}

func TestMissingTraces(t *testing.T) {
	var tasks []string
	for range 30 {
		tasks = append(tasks, `{"task_id":"t`+strings.Repeat("x", len(tasks))+`","trace":"t`+strings.Repeat("x", len(tasks))+`.jsonl"}`)
	}
	text := `{"mode":"` + replayMode + `","version":1,"tasks":[` + strings.Join(tasks, ",") + `]}`
	_, err := OpenFS(files("m.json", text), "m.json")
	s, ok := errors.AsType[*SyntaxError](err)
	if !ok || s.Field != "tasks" || !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("error is %v", err)
	}
	if n := strings.Count(err.Error(), ".jsonl"); n != 30 {
		t.Errorf("%d of 30 traces are named: %v", n, err)
	}
}
