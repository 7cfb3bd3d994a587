package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A fork repeats the calls of the session it was forked from, under new times. The kind:
// calls that a log copies are context. Worked out from the files: 2 calls and 1.
func TestCodexFork(t *testing.T) {
	const dir = "testdata/reported/codex-fork/rollout-2026-05-01T10-"
	parent := string(readFile(t, dir+"00-00-11111111-1111-7111-8111-111111111111.jsonl"))
	fork := string(readFile(t, dir+"10-00-22222222-2222-7222-8222-222222222222.jsonl"))
	// A second of copying, a few records at a time.
	slow := fork
	for i := range 8 {
		slow = strings.Replace(slow, `"2026-05-01T10:10:00.000Z", "type": "`, fmt.Sprintf(`"2026-05-01T10:10:0%d.%d00Z", "type": "`, i*4/10, i*4%10), 1)
	}
	// Copied with their times, as older programs do.
	lines, old := strings.SplitAfter(fork, "\n"), strings.SplitAfter(parent, "\n")
	copied := strings.Join([]string{lines[0], strings.Join(old, ""), strings.Join(lines[8:], "")}, "")
	both := []string{"1 5000>100 u", "1 5300>120 u a t", "2 5500>80 u a t a u"}
	for name, tt := range map[string]struct {
		files []string
		want  []string
	}{
		"as reported":               {[]string{"a.jsonl", parent, "b.jsonl", fork}, both},
		"the fork first":            {[]string{"b.jsonl", parent, "a.jsonl", fork}, []string{both[2], both[0], both[1]}},
		"the fork alone":            {[]string{"a.jsonl", fork}, both[2:]},
		"a slow disk":               {[]string{"a.jsonl", slow}, both[2:]},
		"copies with their times":   {[]string{"a.jsonl", copied}, both[2:]},
		"said by the second header": {[]string{"a.jsonl", strings.Replace(fork, `"forked_from_id"`, `"x"`, 1)}, both[2:]},
		"no pause":                  {[]string{"a.jsonl", parent, "b.jsonl", strings.NewReplacer("10:10:1", "10:10:0", "10:10:05", "10:10:00").Replace(fork)}, both},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, call := range calls(openFiles(t, files(tt.files...), ".")) {
				got = append(got, call[:1]+call[len("11111111-1111-7111-8111-111111111111"):])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	w, err := Open("testdata/reported/codex-fork")
	if err != nil {
		t.Fatal(err)
	}
	out := 0
	for th := range w.Threads() {
		for _, turn := range th.Turns {
			out += turn.OutputTokens
		}
	}
	if out != 300 {
		t.Errorf("%d tokens out, expected 300", out)
	}
	var texts []string
	for _, f := range w.Findings {
		if f.Rule == "copied" {
			texts = append(texts, f.String())
		}
	}
	want := []string{"rollout-2026-05-01T10-10-00-22222222-2222-7222-8222-222222222222.jsonl: info: 22222222-2222-7222-8222-222222222222: the session was forked from 11111111-1111-7111-8111-111111111111: 2 calls that it repeats are part of its context and do not count (copied)"}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("findings (-want +got)\n%s", diff)
	}
}

// The request that compacts is recorded by its counts alone, before the mark of the
// compaction or after it. The kind: load that is recorded somewhere else.
func TestCodexCompactionRecord(t *testing.T) {
	text := string(readFile(t, "testdata/reported/codex-compaction.jsonl"))
	lines := strings.SplitAfter(text, "\n")
	after := append([]string{}, lines...)
	after[5], after[6] = after[6], after[5]
	const id = "11111111-1111-7111-8111-111111111111 "
	for name, tt := range map[string]struct {
		text, rules string
		want        []string
	}{
		"as reported":         {text, "[prefix]", []string{id + "50000>100 u", id + "50300>1500 u a t u", id + "9000>40 u"}},
		"after the mark":      {strings.Join(after, ""), "[prefix]", []string{id + "50000>100 u", id + "50300>1500 u a t u", id + "9000>40 u"}},
		"of another response": {strings.Replace(text, `"resp_c", "usage"`, `"resp_d", "usage"`, 1), "[compaction prefix]", []string{id + "50000>100 u", id + "9000>40 u"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := openFiles(t, files("a.jsonl", tt.text), "a.jsonl")
			if diff := cmp.Diff(tt.want, calls(w)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if got := fmt.Sprint(rules(w)); got != tt.rules {
				t.Errorf("findings %s, expected %s", got, tt.rules)
			}
			if len(tt.want) == 3 && w.Trajectories[0].Turns[1].ModelTime.Seconds() != 5 {
				t.Errorf("it took %v, expected 5 s", w.Trajectories[0].Turns[1].ModelTime)
			}
		})
	}
}

// A total starts again when the program is started again; what it counts then is no
// repetition. The kind: counters that go back.
func TestCodexTotals(t *testing.T) {
	answer := func(i int) string {
		return codexItem(2*i, `{"type":"message","role":"user","content":"q"}`) + "\n" + codexItem(2*i+1, `{"type":"message","role":"assistant","content":"a"}`)
	}
	usage := func(total, in, out int) string {
		return fmt.Sprintf(`{"type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"total_tokens":%d},"last_token_usage":{"input_tokens":%d,"output_tokens":%d}}}}`, total, in, out)
	}
	w := openFiles(t, files("a.jsonl", lf(
		answer(0), usage(110, 100, 10), usage(110, 100, 10),
		answer(1), usage(330, 200, 20),
		answer(2), usage(110, 105, 5), usage(110, 105, 5), // started again
		answer(3), usage(420, 300, 10),
	)), "a.jsonl")
	if diff := cmp.Diff([]string{"a 100>10 u", "a 200>20 u a u", "a 105>5 u a u a u", "a 300>10 u a u a u a u"}, calls(w)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The same session in two places, one of them older. The kind: files that are copies.
func TestCodexCopies(t *testing.T) {
	parent := string(readFile(t, "testdata/reported/codex-fork/rollout-2026-05-01T10-00-00-11111111-1111-7111-8111-111111111111.jsonl"))
	lines := strings.SplitAfter(parent, "\n")
	w := openFiles(t, files("archived/a.jsonl", strings.Join(lines[:4], ""), "sessions/a.jsonl", parent, "sessions/b.jsonl", parent), ".")
	const id = "11111111-1111-7111-8111-111111111111 "
	if diff := cmp.Diff([]string{id + "5000>100 u", id + "5300>120 u a t"}, calls(w)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// Another session under the same ID is no copy.
	other := strings.Replace(parent, "Fix the parser", "Break the parser", 1)
	if w := openFiles(t, files("a.jsonl", parent, "b.jsonl", other), "."); len(w.Trajectories) != 2 {
		t.Errorf("%d sessions, expected 2", len(w.Trajectories))
	}
}
