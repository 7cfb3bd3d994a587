package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Rows of one session, as the roles that each brings; what comes of them, as the
// roles of each context; and what is said about them.
func TestAIPerfHistory(t *testing.T) {
	for _, tt := range []struct {
		name, mode string
		rows, want []string
		finding    string
	}{
		{"cumulative", "", []string{"u1", "u1 a1 u2", "u1 a1 u2 a2 u3"}, []string{"u", "u a u", "u a u a u"}, ""},
		{"delta", "", []string{"s1 u1", "u2", "u3"}, []string{"s u", "s u a1*9 u", "s u a1*9 u a1*9 u"}, ""},
		{"delta with answers", "", []string{"u1", "a1 u2", "a2 t1"}, []string{"u", "u a u", "u a u a t"}, ""},
		{"a repeated prompt", "", []string{"u1", "u2", "u1"}, []string{"u", "u a1*9 u", "u a1*9 u a1*9 u"}, ""},
		{"compacted", "", []string{"u1", "u1 a1 u2", "u3", "u3 a3 u4"}, []string{"u", "u a u", "u", "u a u"}, ""},
		{"compacted to its task", "", []string{"s1 u1", "s1 u1 a1 u2", "s1 u3"}, []string{"s u", "s u a u", "s u"}, ""},
		{"the same prompt each time", "delta", []string{"u1", "u1", "u1"}, []string{"u", "u a1*9 u", "u a1*9 u a1*9 u"}, ""},
		{"claims delta, is delta", "delta", []string{"u1", "u2"}, []string{"u", "u a1*9 u"}, ""},
		{"claims delta, is cumulative", "delta", []string{"u1", "u1 a1 u2", "u1 a1 u2 a2 u3"}, []string{"u", "u a u", "u a u a u"}, "each repeats the one before it"},
		{"claims history, is delta", "history", []string{"u1", "a1 u2", "a2 u3"}, []string{"u", "u a u", "u a u a u"}, "begin with an answer"},
		{"claims history, starts again", "history", []string{"u1", "u1 a1 u2", "u3"}, []string{"u", "u a u", "u"}, "nothing in common"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var text strings.Builder
			for _, row := range tt.rows {
				var messages []string
				for m := range strings.FieldsSeq(row) {
					role := map[byte]string{'s': "system", 'u': "user", 'a': "assistant", 't': "tool"}[m[0]]
					messages = append(messages, fmt.Sprintf(`{"role":%q,"content":%q}`, role, m))
				}
				mode := ""
				if tt.mode != "" {
					mode = fmt.Sprintf(`,"message_mode":%q`, tt.mode)
				}
				fmt.Fprintf(&text, `{"session_id":"x","output_length":9,"messages":[%s]%s}`+"\n", strings.Join(messages, ","), mode)
			}
			w := openFiles(t, files("a.jsonl", text.String()), "a.jsonl")
			var got []string
			for _, turn := range w.Trajectories[0].Turns {
				got = append(got, roles(turn.History))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			switch {
			case tt.finding == "" && len(w.Findings) > 0:
				t.Errorf("findings %v", w.Findings)
			case tt.finding != "" && (len(w.Findings) != 1 || !strings.Contains(w.Findings[0].Text, tt.finding) || w.Findings[0].Line == 0):
				t.Errorf("findings %v, expected %q", w.Findings, tt.finding)
			}
		})
	}
}

func TestAIPerfErrors(t *testing.T) {
	for row, want := range map[string]string{
		`{"timestamp":1}`:                                      "expected input_length, hash_ids, text_input, messages or payload",
		`{"input_length":3,"hash_ids":[1,2,3]}`:                "hash_ids: 3 blocks of 512 tokens for an input_length of 3",
		`{"input_length":100,"hash_ids":[-1]}`:                 "hash_ids: '-' at byte 1, expected a whole number",
		`{"input_length":100,"hash_ids":[1.5]}`:                "hash_ids: ",
		`{"payload":{"prompt":"x"}}`:                           `payload: "messages" is missing or not an array`,
		`{"text_input":7}`:                                     "text_input: a number, expected a string",
		`{"messages":[]}`:                                      "messages: empty",
		`{"messages":[{"role":"user"},7],"output_length":1}`:   "messages[1]: message is a number, expected a JSON object",
		`{"session_id":"s","input_length":0,"hash_ids":[]}`:    "input_length: 0, expected at least 1",
		`{"text_input":"x","output_length":-1}`:                "output_length: -1, expected 0 to 4194304",
		`{"text_input":"x","delay":-5}`:                        "delay: -5, expected 0 to 86400000",
		`{"input_length":1,"hash_ids":[18446744073709551616]}`: "hash_ids: ",
	} {
		_, err := Options{Format: AIPerf}.OpenFS(files("a.jsonl", row+"\n"), "a.jsonl")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", row, err, want)
		}
	}
}

// Bailian's rows name the row that they follow; times are in seconds, blocks of 16.
func TestBailian(t *testing.T) {
	w := openFiles(t, files("a.jsonl", lf(
		`{"chat_id":1,"parent_chat_id":-1,"timestamp":10.5,"input_length":20,"output_length":3,"type":"text","turn":1,"hash_ids":[5,6]}`,
		`{"chat_id":2,"parent_chat_id":-1,"timestamp":11,"input_length":16,"output_length":3,"type":"text","turn":1,"hash_ids":[5]}`,
		`{"chat_id":3,"parent_chat_id":1,"timestamp":70.5,"input_length":40,"output_length":3,"type":"text","turn":2,"hash_ids":[5,6,7]}`,
	)), "a.jsonl")
	want := `a:1 of a.jsonl, context 0
  0 (line 1): u2*20 | in 20 out 3 text~s took 0s tools 0s~e human 1m0s~e
  1 (line 3): u2*32 a u1*8 | in 40 out 3 text~s took 0s
a:2 of a.jsonl, context 0
  0 (line 2): u1*16 | in 16 out 3 text~s took 0s
`
	if diff := cmp.Diff(want, outline(w)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The length of a block is that of Mooncake unless rows say otherwise.
func TestHashBlocks(t *testing.T) {
	for row, want := range map[string]string{
		`{"input_length":1000,"output_length":1,"hash_ids":[1,2]}`: "u2*1000",
		`{"input_length":128,"output_length":1,"hash_ids":[1,2]}`:  "u2*128",
		`{"input_length":250,"output_length":1,"hash_ids":[1,2]}`:  "u2*250",
		`{"input_length":40,"output_length":1,"hash_ids":[1]}`:     "u1*40",
	} {
		w := openFiles(t, files("a.jsonl", row+"\n"), "a.jsonl")
		if got := roles(w.Trajectories[0].Turns[0].History); got != want {
			t.Errorf("%s: %s, expected %s", row, got, want)
		}
	}
}
