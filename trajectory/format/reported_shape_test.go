package format

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Files in another shape than the one that the format was known in. The kind: records as
// a list, one a line or in one object, and nulls where there is nothing.
func TestShapes(t *testing.T) {
	share := `{"id":"x","conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"a"}]}`
	open := `{"trajectory_id":"x","instance_id":"i","trajectory":[{"role":"user","content":"u","name":null,"tool_calls":null,"tool_call_id":null},{"role":"assistant","content":"a","tool_calls":null}],"tools":null}`
	late := `{"trajectory_id":"x","trajectory":[{"content":"u","role":"user"},{"content":"a","role":"assistant"}],"rest":"` + strings.Repeat("x", 2*headSize) + `"}`
	weka := `{"id":"w","block_size":4,"requests":[{"t":0,"type":"n","in":4,"out":1,"hash_ids":[1]}]}`
	spread := strings.ReplaceAll(strings.ReplaceAll(weka, ",", ",\n"), "{", "{\n")
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"ShareGPT, a list":                    {"[" + share + ",\n" + share + "]", []string{"x: u", "x#2: u"}},
		"ShareGPT, lines":                     {lf(share), []string{"x: u"}},
		"OpenHands, lines":                    {lf(open, open), []string{"x: u", "x#2: u"}},
		"OpenHands, a list":                   {"[" + open + "]", []string{"x: u"}},
		"OpenHands, a long row":               {late, []string{"x: u"}},
		"Weka, lines":                         {lf(weka, weka), []string{"w: u1*4", "w#2: u1*4"}},
		"Weka, blank lines":                   {"\ufeff\n" + weka + "\r\n\r\n" + weka, []string{"w: u1*4", "w#2: u1*4"}},
		"Weka, a line":                        {lf(weka), []string{"w: u1*4"}},
		"Weka, spread":                        {spread, []string{"w: u1*4"}},
		"Weka, lines without IDs":             {lf(strings.Replace(weka, `"id":"w",`, "", 2), strings.Replace(weka, `"id":"w",`, "", 2)), []string{"a:1: u1*4", "a:2: u1*4"}},
		"chat with nulls for no calls":        {lf(`{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a","tool_calls":null},{"role":"user","content":"v"},{"role":"assistant","content":"b"}]}`), []string{"a:1: u, u a u"}},
		"OpenHands' steps under the same key": {`{"trajectory":[{"action":"x","observation":"y","response":"a","query":[{"role":"user","content":"u"}]}],"info":{}}`, []string{"a: u"}},
	} {
		t.Run(name, func(t *testing.T) {
			file := "a.json"
			if strings.HasSuffix(tt.text, "\n") {
				file = "a.jsonl"
			}
			if diff := cmp.Diff(tt.want, shapes(t, file, tt.text)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for _, th := range openFiles(t, files(file, tt.text), file).Trajectories {
				for _, turn := range th.Turns {
					if len(turn.ToolCalls) > 0 {
						t.Errorf("%s: calls from nowhere: %v", th.ID, turn.ToolCalls)
					}
				}
			}
		})
	}
	// A broken row costs itself, where that is asked for.
	bad := files("a.jsonl", lf(weka, `{"id":"v","requests":[{"t":0`, strings.Replace(weka, `"w"`, `"x"`, 1)))
	if _, err := OpenFS(bad, "a.jsonl"); err == nil || !strings.HasPrefix(err.Error(), "a.jsonl:2: not JSON") {
		t.Errorf("error is %v", err)
	}
	if w, err := (Options{SkipBad: true}).OpenFS(bad, "a.jsonl"); err != nil || len(w.Trajectories) != 2 || len(w.Findings) != 1 || w.Findings[0].Line != 2 {
		t.Errorf("%v, %v", w, err)
	}
}

// Traces that are tables are refused by name, and told of in a folder.
func TestTables(t *testing.T) {
	row := lf(rowJSON("a", 0, nil))
	const what = "unknown format: a table of arrival times and token counts, without sessions and without text, of which no session can be made"
	for name, text := range map[string]string{
		"Azure's LLM inference trace": "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n",
		"BurstGPT":                    "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n",
	} {
		checkErrors(t, files("a.csv", text), "a.csv", "a.csv: "+what+" ("+name+")")
		w := openFiles(t, files("a.csv", text, "b.jsonl", row, "c.csv", "x,y\n1,2\n"), ".")
		if len(w.Findings) != 1 || w.Findings[0].String() != "a.csv: warning: "+what+" ("+name+"); left out (unrecognized)" {
			t.Errorf("findings %v", w.Findings)
		}
	}
}
