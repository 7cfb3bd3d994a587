package format

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

func TestOptions(t *testing.T) {
	if err := (Options{Format: "tape"}).Validate(); err == nil || !strings.Contains(err.Error(), `"tape"`) {
		t.Errorf("error %v", err)
	}
	if _, err := (Options{Format: "tape"}).OpenFS(files("a", "{}"), "a"); err == nil {
		t.Error("no error for an unknown format")
	}
	// A format that is named is not recognized.
	row := `{"session_id":"s","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}` + "\n"
	for format, want := range map[Format]string{"": "s", AIPerf: "s", Chat: "a:1"} {
		w, err := Options{Format: format}.OpenFS(files("a.jsonl", row), "a.jsonl")
		if err != nil || w.Trajectories[0].ID != want {
			t.Errorf("%q: %v, %v", format, w, err)
		}
	}
}

// Every format leaves a bad record out when it is asked to, says where it was,
// and keeps the others.
func TestSkipBad(t *testing.T) {
	for name, bad := range map[string]string{
		"chat.jsonl":     `{"messages":7}`,
		"sharegpt.jsonl": `{"conversations":[{"from":"nobody","value":"x"}]}`,
		"mooncake.jsonl": `{"timestamp":0,"input_length":-1,"hash_ids":[1]}`,
		"aiperf.jsonl":   `{"session_id":"x","messages":[{"content":"no role"}]}`,
		"codex.jsonl":    `{"type":"response_item","payload":[]}`,
		"claude.jsonl":   `{"type":"user","uuid":"z","sessionId":"s1","timestamp":"yesterday","message":{"role":"user","content":"x"}}`,
		"otlp.jsonl":     `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"chat m","startTimeUnixNano":"soon"}]}]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			good := string(readFile(t, "testdata/formats/"+name))
			first, rest, _ := strings.Cut(good, "\n")
			for _, line := range []string{bad, `{"broken`, "\x00\x00", `{"a":"` + "\xff" + `"}`} {
				fsys := files("a.jsonl", first+"\n"+line+"\n"+rest)
				_, err := OpenFS(fsys, "a.jsonl")
				if err == nil || !strings.HasPrefix(err.Error(), "a.jsonl:2: ") {
					t.Fatalf("%.20q: error %v", line, err)
				}
				w, err := Options{SkipBad: true}.OpenFS(fsys, "a.jsonl")
				if err != nil {
					t.Fatal(err)
				}
				want := flatten(openFiles(t, files("a.jsonl", first+"\n\n"+rest), "a.jsonl"))
				if diff := cmp.Diff(want, flatten(w)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				f := w.Findings[0]
				if f.Line != 2 || f.File != "a.jsonl" || f.Severity != trajectory.SeverityError || f.Rule != ruleBadRecord {
					t.Errorf("%.20q: finding %+v", line, f)
				}
			}
		})
	}
	rows := lf(rowJSON("a", 0, nil), "x", rowJSON("b", 0, nil), rowJSON("b", 1, map[string]any{"messages": 1}))
	w, err := Options{SkipBad: true}.OpenFS(files("a.jsonl", rows), "a.jsonl")
	if err != nil || len(w.Trajectories) != 2 || len(w.Findings) != 2 {
		t.Errorf("rows: %v, %v", w, err)
	}
}

func TestRedact(t *testing.T) {
	key := "sk-" + strings.Repeat("a1B2", 10)
	for _, text := range []string{
		lf(rowJSON("a", 0, map[string]any{"messages": []any{map[string]any{"role": "user", "content": "my key is " + key}}})),
		`{"messages":[{"role":"user","content":"` + key + `"},{"role":"assistant","content":"ok"}],"tools":[{"type":"function","function":{"name":"x","description":"` + key + `"}}]}`,
		strings.Replace(string(readFile(t, "testdata/formats/claude.jsonl")), "cold", key, 1),
	} {
		fsys := files("a.jsonl", text)
		plain := openFiles(t, fsys, "a.jsonl")
		w, err := Options{Redact: RedactSecrets()}.OpenFS(fsys, "a.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		before, after := fmt.Sprint(flatten(plain)), fmt.Sprint(flatten(w))
		if !strings.Contains(before, key) || strings.Contains(after, key) || !strings.Contains(after, "[redacted]") {
			t.Errorf("redacted to %.200s", after)
		}
	}
	_, err := Options{Redact: func([]byte) []byte { return []byte("{") }}.OpenFS(files("a.jsonl", lf(rowJSON("a", 0, nil))), "a.jsonl")
	if err == nil || !strings.Contains(err.Error(), "Redact") {
		t.Errorf("a redactor that breaks JSON: %v", err)
	}
}

// What a recording of HTTP says beside the bodies goes nowhere.
func TestHARSecrets(t *testing.T) {
	w, err := Open("testdata/formats/recording.har")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteJSONL(&out, w); err != nil {
		t.Fatal(err)
	}
	if text := out.String() + outline(w); strings.Contains(text, "very-secret") {
		t.Error("a header, cookie or query is in the workload")
	}
}

// A folder may hold recordings of many formats, in folders of their own, beside
// other things.
func TestMixedFolder(t *testing.T) {
	fsys := make(fstest.MapFS)
	want := 0
	for _, name := range fixtures(t) {
		fsys["mixed/"+filepath.Base(name)] = &fstest.MapFile{Data: readFile(t, name)}
		w, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		want += len(w.Trajectories)
	}
	fsys["mixed/.git/config.json"] = &fstest.MapFile{Data: []byte("x")}
	fsys["mixed/README.md"] = &fstest.MapFile{Data: []byte("x")}
	fsys["mixed/package.json"] = &fstest.MapFile{Data: []byte(`{"name":"x"}`)}
	fsys["mixed/deep/kettle/manifest.json"] = &fstest.MapFile{Data: readFile(t, "testdata/kettle/manifest.json")}
	for _, name := range []string{"kettle-boils-dry", "kettle-lid"} {
		fsys["mixed/deep/kettle/traces/"+name+".jsonl"] = &fstest.MapFile{Data: readFile(t, "testdata/kettle/traces/"+name+".jsonl")}
	}
	w := openFiles(t, fsys, "mixed")
	if len(w.Trajectories) != want+2 {
		t.Errorf("%d trajectories, expected %d", len(w.Trajectories), want+2)
	}
	var rules []string
	for _, f := range w.Findings {
		if f.Severity != trajectory.SeverityInfo {
			rules = append(rules, f.File+" "+f.Rule)
		}
	}
	if !strings.Contains(strings.Join(rules, "\n"), "package.json "+ruleUnrecognized) {
		t.Errorf("findings %q", rules)
	}
	checkWorkloadInvariants(t, w)
	again := openFiles(t, fsys, "mixed")
	if diff := cmp.Diff(outline(w), outline(again)); diff != "" {
		t.Errorf("the second time it is read otherwise\n%s", diff)
	}
}

// One odd file is no reason to lose a folder: one that is no recording never, one that
// cannot be read when that is asked for.
func TestOddMembers(t *testing.T) {
	row := lf(rowJSON("a", 0, nil))
	good := files("a.jsonl", row, "empty.jsonl", "", "notes.json", `{"x":1}`, "history.jsonl", `{"display":"x"}`+"\n", "log.jsonl", "hello\n",
		"manifest-x86_64.json", `{"mode":"single_user_agentic_replay","version":1,"tasks":[]}`)
	if w := openFiles(t, good, "."); len(w.Trajectories) != 1 || len(w.Findings) != 5 {
		t.Errorf("%d trajectories, findings %v", len(w.Trajectories), w.Findings)
	}
	for name, text := range map[string]string{
		"sub/manifest.json": `{"tasks":[{"task_id":"x"}]}`, "b.har": `{"log":{"entries":7}}`,
	} {
		fsys := files("a.jsonl", row, name, text)
		if _, err := OpenFS(fsys, "."); err == nil || !strings.HasPrefix(err.Error(), name+":") {
			t.Errorf("%s: %v", name, err)
		}
		w, err := Options{SkipBad: true}.OpenFS(fsys, ".")
		if err != nil || len(w.Trajectories) != 1 || len(w.Findings) == 0 || w.Findings[0].File != name || w.Findings[0].Severity != trajectory.SeverityError {
			t.Errorf("%s: %v, %v", name, w, err)
		}
	}
}

// What AIPerf's rows have a place for comes back, and the second time all.
func TestAIPerfRoundTrip(t *testing.T) {
	for _, name := range append(fixtures(t), "testdata/kettle", "testdata/pantry.jsonl") {
		if _, err := os.Stat(name); err != nil {
			t.Fatal(err)
		}
		w, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		var once, twice, thrice bytes.Buffer
		if err := WriteAIPerf(&once, w); err != nil {
			t.Fatal(err)
		}
		read := openFiles(t, files("a.jsonl", once.String()), "a.jsonl")
		if err := WriteAIPerf(&twice, read); err != nil {
			t.Fatal(err)
		}
		if err := WriteAIPerf(&thrice, openFiles(t, files("a.jsonl", twice.String()), "a.jsonl")); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(twice.String(), thrice.String()); diff != "" {
			t.Errorf("%s: written again it is different\n%s", name, diff)
		}
		want, got := flatten(w), flatten(read)
		var waits [][]time.Duration
		for t := range w.Threads() {
			list, _ := recordedWaits(t)
			waits = append(waits, list)
		}
		for i := range want {
			if len(got) != len(want) || len(got[i].Turns) != len(want[i].Turns) || got[i].ID != want[i].ID {
				t.Fatalf("%s: sessions are lost", name)
			}
			for k, turn := range want[i].Turns {
				back := got[i].Turns[k]
				same := cmp.Equal(turn.Messages, back.Messages) && turn.Tools == back.Tools
				// Lengths that are not written are estimated where the next
				// turn has the answer.
				same = same && (turn.Turn.OutputTokens == 0 || turn.Turn.OutputTokens == back.Turn.OutputTokens)
				if k+1 < len(want[i].Turns) {
					same = same && back.Turn.ToolDelay == max(0, waits[i][k+1]) && back.Turn.ToolDelayKnown == (waits[i][k+1] >= 0)
				}
				if !same {
					t.Errorf("%s: turn %d of %s comes back as %+v, expected %+v", name, k, want[i].ID, back, turn)
				}
			}
		}
	}
}

// A parent's delay in AIPerf's rows is what was recorded, subagents included: 12 s
// of think_time, of which the readers leave 5 s after the last of two.
func TestAIPerfWaitsForSubagents(t *testing.T) {
	w, err := Open("testdata/formats/weka.json")
	if err != nil {
		t.Fatal(err)
	}
	waits, _ := recordedWaits(w.Trajectories[0])
	if diff := cmp.Diff([]time.Duration{0, 12 * time.Second, 43 * time.Second, 10 * time.Second}, waits); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
