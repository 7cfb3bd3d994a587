package format

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

// What servers refuse, as it was reported: mended with a finding, and refused when that
// is asked for. The kind: text that is valid in JSON and in no request.
func TestMended(t *testing.T) {
	for name, want := range map[string]struct{ rule, has, line string }{
		"half-character.jsonl":      {"half-character", `Bash(ls /Users/x/\ufffd…) errored`, "4"},
		"half-character-chat.jsonl": {"half-character", `read \ufffd… it`, "1"},
		"empty-tool-calls.jsonl":    {"empty-tool-calls", `{"role":"assistant","content":"b"}`, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := Open("testdata/reported/" + name)
			if err != nil {
				t.Fatal(err)
			}
			var rows bytes.Buffer
			if err := WriteJSONL(&rows, w); err != nil {
				t.Fatal(err)
			}
			if text := rows.String(); !strings.Contains(text, want.has) || strings.Contains(text, `\ud83d`) || strings.Contains(text, `"tool_calls":[]`) {
				t.Errorf("written as\n%s", text)
			}
			var got []string
			for _, f := range trajectory.Lint(w, trajectory.Policy{}) {
				if f.Severity != trajectory.SeverityInfo {
					got = append(got, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule))
				}
			}
			if diff := cmp.Diff([]string{name + ":" + want.line + " " + want.rule}, got); diff != "" {
				t.Errorf("findings (-want +got)\n%s", diff)
			}
			_, err = Options{Strict: true}.Open("testdata/reported/" + name)
			if err == nil || !strings.HasPrefix(err.Error(), name+":"+want.line+": ") || !strings.Contains(err.Error(), "servers refuse") {
				t.Errorf("strict: %v", err)
			}
		})
	}
}

// Where half a character may be: in each part of a message, in arguments that are JSON
// in a string, in tools; in every format.
func TestWholeCharacters(t *testing.T) {
	const half, whole = `\ud83d`, `\ufffd`
	for _, tt := range []struct{ message, want string }{
		{`{"role":"user","content":"a` + half + `"}`, `{"role":"user","content":"a` + whole + `"}`},
		{`{"role":"user","content":[{"type":"text","text":"\ude00` + half + `"}]}`, `{"role":"user","content":[{"type":"text","text":"` + whole + whole + `"}]}`},
		{`{"role":"user","content":"\ud83d\ude00 \\ud83d"}`, `{"role":"user","content":"\ud83d\ude00 \\ud83d"}`},
		{`{"role":"assistant","content":"b","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\":\"\\ud83d\",\"y\":\"\\ud83d\\ude00\"}"}}]}`,
			`{"role":"assistant","content":"b","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\":\"\\ufffd\",\"y\":\"\\ud83d\\ude00\"}"}}]}`},
		{`{"role":"assistant","tool_calls":[ ],"content":"b"}`, `{"role":"assistant","content":"b"}`},
		{`{"role":"assistant","content":"\"tool_calls\":[]"}`, `{"role":"assistant","content":"\"tool_calls\":[]"}`},
	} {
		if got := string(newReader().mend([]byte(tt.message))); got != tt.want {
			t.Errorf("%s\nbecomes %s\n expected %s", tt.message, got, tt.want)
		}
	}
	// In each fixture, text is broken that some message has.
	for _, name := range fixtures(t) {
		text := string(readFile(t, name))
		broken := strings.NewReplacer(`"content":"`, `"content":"`+half, `"content": "`, `"content": "`+half, `"value":"`, `"value":"`+half, `"text":"`, `"text":"`+half, `"message":"`, `"message":"`+half).Replace(text)
		w, err := OpenFS(files(filepath.Base(name), broken), filepath.Base(name))
		if err != nil {
			continue // it broke the format
		}
		var rows bytes.Buffer
		if err := WriteJSONL(&rows, w); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(rows.String(), half) {
			t.Errorf("%s: half a character is sent", name)
		}
	}
}

// Strict refuses whatever else is mended or left out, and nothing in recordings without
// fault.
func TestStrict(t *testing.T) {
	row := lf(rowJSON("a", 0, nil))
	strict := Options{Strict: true}
	for name, fsys := range map[string]map[string]string{
		"a file of another kind":  {"a.jsonl": row, "b.jsonl": `{"x":1}` + "\n"},
		"a packed file":           {"a.jsonl": row, "b.jsonl.zst": "(\xb5/\xfd..."},
		"a call without a result": {"a.jsonl": claudeLines("s", "1 - prompt p", "2 1 answer m1 A", "3 2 prompt q", "4 3 answer m2")},
		"a result without a call": {"a.jsonl": claudeLines("s", "1 - prompt p", "2 1 result Z", "3 2 answer m1")},
		"an unreadable body": {"a.har": `{"log":{"entries":[{"startedDateTime":"2026-05-01T10:00:00.000Z","time":1,"request":{"url":"https://h/v1/chat/completions","postData":{"text":"{\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}"}},"response":{"status":200}},
			{"startedDateTime":"2026-05-01T10:00:00.000Z","time":1,"request":{"url":"https://h/v1/chat/completions","postData":{"text":"too long"}},"response":{"status":200}}]}}`},
	} {
		var list []string
		for file, text := range fsys {
			list = append(list, file, text)
		}
		if w, err := (Options{}).OpenFS(files(list...), "."); err != nil || len(w.Findings) == 0 {
			t.Errorf("%s: %v, %v", name, w, err)
		}
		if _, err := strict.OpenFS(files(list...), "."); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	for _, name := range fixtures(t) {
		_, err := strict.Open(name)
		if err != nil && !strings.Contains(err.Error(), "have no result") && !strings.Contains(err.Error(), "has no result") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (Options{Strict: true, SkipBad: true}).Validate(); err == nil {
		t.Error("Strict and SkipBad are taken together")
	}
}
