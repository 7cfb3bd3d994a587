package format

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// recorded opens a path among the recorded samples, which are kept outside the
// repository.
func recorded(t testing.TB, name string) *trajectory.Workload {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "samples", name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("samples are not there")
	}
	w, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// texts returns the contents of a context's messages one after the other.
func texts(t *testing.T, c *trajectory.History) string {
	t.Helper()
	var b strings.Builder
	for m := range c.All() {
		var message struct{ Content string }
		if err := json.Unmarshal(m.JSON(), &message); err != nil {
			t.Fatal(err)
		}
		if message.Content != "." {
			b.WriteString(message.Content)
		}
	}
	return b.String()
}

func sums(t *trajectory.Trajectory) (in, out int, wait, model time.Duration, typed int) {
	for _, turn := range t.Turns {
		in += turn.PromptTokens
		out += turn.OutputTokens
		wait += turn.ToolDelay + turn.HumanDelay
		model += turn.ModelTime
		if turn.HumanDelay > 0 {
			typed++
		}
	}
	return in, out, wait, model, typed
}

// The sums are those of a script of a dozen lines that reads the JSON and adds up
// "in", "out", "think_time" and "api_time" of the requests that are no subagents;
// "kept" is 64 times the length of the common front of each hash_ids with the
// one before.
func TestSampleWeka(t *testing.T) {
	if testing.Short() {
		t.Skip("long: all text is made")
	}
	for _, tt := range []struct {
		name                      string
		requests, in, out, kept   int
		resets                    int
		thinkSeconds, modelMillis int64
		typed, subagents          int
	}{
		{"trace_0024", 50, 4005863, 15253, 3735680, 2, 78358, 403530, 1, 0},
		{"trace_0277", 9, 591380, 7245, 498432, 0, 0, 164820, 0, 4},
		{"trace_0485", 12, 694111, 4034, 633216, 0, 1214, 83590, 3, 0},
		{"trace_0504", 3, 33739, 337, 21952, 0, 3062, 15260, 0, 0},
		{"trace_0574", 26, 1354572, 13626, 1236160, 1, 784, 258230, 3, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := recorded(t, "weka/"+tt.name+".json")
			tr := w.Trajectories[0]
			in, out, wait, model, typed := sums(tr)
			if len(tr.Turns) != tt.requests || in != tt.in || out != tt.out || typed != tt.typed || len(tr.Subagents) != tt.subagents {
				t.Errorf("%d requests of %d in and %d out, %d typed, %d subagents", len(tr.Turns), in, out, typed, len(tr.Subagents))
			}
			if model.Milliseconds() != tt.modelMillis || tt.thinkSeconds > 0 && wait != time.Duration(tt.thinkSeconds)*time.Second {
				t.Errorf("model time %v, waits %v", model, wait)
			}
			kept, before := 0, ""
			for i := range tr.Turns {
				text := texts(t, tr.Turns[i].History)
				if len(text) != 4*tr.Turns[i].PromptTokens {
					t.Fatalf("turn %d: %d bytes of text for %d tokens", i, len(text), tr.Turns[i].PromptTokens)
				}
				n := 0
				for n < min(len(text), len(before)) && text[n] == before[n] {
					n++
				}
				kept += n / (64 * 4) * 64 // whole blocks: the texts of different ones differ soon
				before = text
			}
			if kept != tt.kept {
				t.Errorf("%d tokens shared with the request before, expected %d", kept, tt.kept)
			}
			s := w.Stats()
			if s.Resets != tt.resets {
				t.Errorf("%d resets, expected %d", s.Resets, tt.resets)
			}
			// By bytes with the JSON around them, and for resets from any request
			// before: close to the recorded share and not below it by more.
			if want := float64(tt.kept) / float64(tt.in); tt.subagents == 0 && (s.PrefixReuse < want-0.002 || s.PrefixReuse > want+0.02) {
				t.Errorf("reuse %.4f, recorded %.4f", s.PrefixReuse, want)
			}
			checkWorkloadInvariants(t, w)
		})
	}
}

// The marks of the subagents in trace_0277 are their ends: three start together at
// 19.5 s, 0.7 s after the first answer, and the request at 228 s waits for them.
// 209 s of think_time hold their time; what is left is from the end of the last,
// 19.474 + 146 + 42.06 s, to 228 s.
func TestSampleWekaSubagents(t *testing.T) {
	tr := recorded(t, "weka/trace_0277.json").Trajectories[0]
	wants := []struct {
		calls, in, after, join int
		delay                  time.Duration
	}{
		{4, 141603, 0, 1, 694 * time.Millisecond},
		{12, 527868, 0, 1, 681 * time.Millisecond},
		{17, 903119, 0, 1, 694 * time.Millisecond},
		{11, 412440, 6, 7, 970 * time.Millisecond},
	}
	for i, want := range wants {
		s := tr.Subagents[i]
		in, _, _, _, _ := sums(s.Trajectory)
		if len(s.Trajectory.Turns) != want.calls || in != want.in || s.After != want.after || s.Join != want.join || s.Delay != want.delay {
			t.Errorf("subagent %d: %d calls, %d in, after %d, join %d, delay %v; expected %+v", i, len(s.Trajectory.Turns), in, s.After, s.Join, s.Delay, want)
		}
	}
	if got, want := tr.Turns[0].ToolDelay, 20466*time.Millisecond; got != want {
		t.Errorf("after the subagents %v are waited, expected %v", got, want)
	}
	// 763 - (385.6 + 279 + 53.82) s.
	if got, want := tr.Turns[6].ToolDelay, 44580*time.Millisecond; got != want {
		t.Errorf("after the fourth %v are waited, expected %v", got, want)
	}
}

// Calls, input tokens and tool uses are those of a script that collects the
// distinct message ids of the assistant records, adds up input_tokens,
// cache_creation_input_tokens and cache_read_input_tokens of each once, and counts
// tool_use blocks. No record has a stop_reason: all lengths are estimates.
func TestSampleClaudeCode(t *testing.T) {
	for _, tt := range []struct {
		name                    string
		calls, in, tools        int
		subagentCalls, compacts int
	}{
		{"entire-28596a79", 7, 203854, 6, 0, 0},
		{"entire-8c816805", 13, 483340, 14, 0, 0},
		{"entire-d64b50bb-subagent", 30, 1415008, 27, 2, 0},
		{"entire-ca8cc13b-compaction-subagent", 94, 11532875, 116, 7, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := recorded(t, "claude-code/"+tt.name+".jsonl")
			tr := w.Trajectories[0]
			if len(w.Trajectories) != 1 {
				t.Fatalf("%d trajectories", len(w.Trajectories))
			}
			calls, in, tools, compacts := 0, 0, 0, 0
			for i := range tr.Turns {
				turn := &tr.Turns[i]
				if turn.Origins.Output != trajectory.Estimated || turn.OutputTokens == 0 || turn.CompletionTokens != 0 {
					t.Errorf("turn %d: an answer of %d tokens, %v", i, turn.OutputTokens, turn.Origins.Output)
				}
				if turn.Origins.Input == trajectory.Derived {
					compacts++
					if turn.PromptTokens != 167038 || turn.OutputTokens < 1000 {
						t.Errorf("compaction of %d tokens in and %d out", turn.PromptTokens, turn.OutputTokens)
					}
					continue
				}
				calls++
				in += turn.PromptTokens
				tools += len(turn.ToolCalls)
			}
			sub := 0
			for _, s := range tr.Subagents {
				sub += len(s.Trajectory.Turns)
				if s.Join != s.After+1 {
					t.Errorf("subagent after turn %d, joined by %d", s.After, s.Join)
				}
			}
			if calls != tt.calls || in != tt.in || tools != tt.tools || sub != tt.subagentCalls || compacts != tt.compacts {
				t.Errorf("%d calls of %d in, %d tools, %d calls of subagents, %d compactions", calls, in, tools, sub, compacts)
			}
			checkWorkloadInvariants(t, w)
		})
	}
}

// Messages are counted by the number of "role" keys of each line: 75, 89 and 45;
// each assistant's is the answer to a request.
func TestSampleChat(t *testing.T) {
	w := recorded(t, "openai-messages/swesmith-ft_xml_example.jsonl")
	want := []int{37, 44, 22}
	for i, tr := range w.Trajectories {
		if len(tr.Turns) != want[i] || tr.Turns[0].History.Len() != 2 {
			t.Errorf("conversation %d: %d turns, the first of %d messages", i, len(tr.Turns), tr.Turns[0].History.Len())
		}
	}
	if len(w.Trajectories) != 3 {
		t.Errorf("%d conversations", len(w.Trajectories))
	}
}

func TestSampleMooncake(t *testing.T) {
	for _, tt := range []struct {
		name          string
		rows, in, out int
	}{
		// Lines, and sums of input_length and output_length.
		{"synthetic_trace", 3993, 61194628, 595432},
		{"conversation_trace.head4000", 4000, 53249359, 1388321},
	} {
		w := recorded(t, "mooncake/"+tt.name+".jsonl")
		rows, in, out := 0, 0, 0
		for tr := range w.Threads() {
			i, o, _, _, _ := sums(tr)
			rows, in, out = rows+len(tr.Turns), in+i, out+o
			for k := 1; k < len(tr.Turns); k++ {
				if tr.Turns[k].History.Size() <= tr.Turns[k-1].History.Size()/2 {
					t.Errorf("%s: turn %d is no continuation", tr.ID, k)
				}
			}
		}
		if rows != tt.rows || in != tt.in || out != tt.out {
			t.Errorf("%s: %d rows, %d in, %d out; expected %+v", tt.name, rows, in, out, tt)
		}
	}
}

// The raw messages of the same runs are the oracle: as many requests, with as many
// messages, of the same text.
func TestSampleATIF(t *testing.T) {
	for _, tt := range []struct {
		name, oracle string
		plain        bool // content is the same to the byte
	}{
		{"openhands_hello-world.trajectory.json", "openhands_hello-world.traces.json", true},
		{"terminus_2_hello-world-invalid-json.trajectory.json", "terminus_2_hello-world-invalid-json.traces.json", false},
	} {
		w := recorded(t, "atif/"+tt.name)
		var runs []struct {
			Conversations []struct{ Role, Content string }
		}
		data := readFile(t, filepath.Join("..", "..", "..", "shared", "samples", "atif", tt.oracle))
		if err := json.Unmarshal(data, &runs); err != nil {
			t.Fatal(err)
		}
		turns := w.Trajectories[0].Turns
		if len(turns) != len(runs) {
			t.Fatalf("%s: %d requests, expected %d", tt.name, len(turns), len(runs))
		}
		for i, run := range runs {
			want := run.Conversations[:len(run.Conversations)-1] // without the answer
			got := messages(turns[i].History)
			if len(got) != len(want) {
				t.Fatalf("%s: request %d has %d messages, expected %d", tt.name, i, len(got), len(want))
			}
			for k, m := range want {
				var message struct{ Role, Content string }
				if err := json.Unmarshal([]byte(got[k]), &message); err != nil {
					t.Fatal(err)
				}
				assistant := m.Role == "assistant"
				if (message.Role == "assistant") != assistant || tt.plain && !assistant && message.Content != m.Content {
					t.Errorf("%s: request %d message %d is %.80s, expected %.80s", tt.name, i, k, got[k], m.Content)
				}
			}
		}
	}
	w := recorded(t, "atif")
	s := w.Stats()
	if s.Subagents != 3 {
		t.Errorf("%d subagents in the folder, expected the summary, the questions and the answers", s.Subagents)
	}
}

// Usage events, counted by their distinct totals, are 9; the inputs are those of
// last_token_usage.
func TestSampleCodex(t *testing.T) {
	tr := recorded(t, "codex/tracelab-codex.derived.jsonl").Trajectories[0]
	if len(tr.Turns) != 9 {
		t.Fatalf("%d turns", len(tr.Turns))
	}
	in, out, _, _, typed := sums(tr)
	if in != 95819 || out != 1912 || typed != 2 {
		t.Errorf("%d in, %d out, %d typed", in, out, typed)
	}
	calls := 0
	for _, turn := range tr.Turns {
		calls += len(turn.ToolCalls)
		if turn.Origins.Output != trajectory.Recorded {
			t.Errorf("line %d: an answer whose length is %v", turn.Line, turn.Origins.Output)
		}
	}
	if calls != 10 {
		t.Errorf("%d calls", calls)
	}
}

func TestSampleSWEAgent(t *testing.T) {
	tr := recorded(t, "swe-agent/marshmallow-1867.function_calling_replace_from_source.traj").Trajectories[0]
	if len(tr.Turns) != 13 {
		t.Fatalf("%d turns", len(tr.Turns))
	}
	for i, turn := range tr.Turns {
		// The tool's own elision keeps the number of messages.
		if turn.History.Len() != 2+2*i || !turn.ToolDelayKnown {
			t.Errorf("turn %d: %d messages, delay %v", i, turn.History.Len(), turn.ToolDelay)
		}
	}
	if d := tr.Turns[2].ToolDelay; d != 1951447*time.Microsecond {
		t.Errorf("delay %v, recorded 1.95144727 s", d)
	}
	old := recorded(t, "swe-agent/pydicom-1458.gpt4-old-format.traj").Trajectories[0]
	if len(old.Turns) != 12 || old.Turns[0].History.Len() != 3 || old.Turns[11].History.Len() != 25 {
		t.Errorf("old format: %d turns, first of %d messages", len(old.Turns), old.Turns[0].History.Len())
	}
}

func TestSampleMiniSWE(t *testing.T) {
	for name, want := range map[string]int{"github_issue.traj.json": 10, "local.traj.json": 2, "harbor-rfc-mini-swe-agent-trajectory.json": 3} {
		tr := recorded(t, "mini-swe-agent/"+name).Trajectories[0]
		if len(tr.Turns) != want {
			t.Errorf("%s: %d turns, expected the %d assistant messages", name, len(tr.Turns), want)
		}
	}
}

// Two sessions of 10 and 9 rounds, whose tokens add up to sums made with another program.
func TestSampleTraceLab(t *testing.T) {
	w := recorded(t, "tracelab/sanitized_round_trace.jsonl")
	var got []string
	for _, tr := range w.Trajectories {
		in, out := 0, 0
		for _, turn := range tr.Turns {
			in, out = in+turn.PromptTokens, out+turn.OutputTokens
		}
		got = append(got, fmt.Sprintf("%.5s %d turns, %d in, %d out", tr.ID, len(tr.Turns), in, out))
	}
	if want := []string{"claud 10 turns, 418193 in, 9423 out", "codex 9 turns, 95819 in, 1912 out"}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
}

// The share of tokens in blocks that an earlier row begins with too, as a script counts
// it from the hashes alone, is what the replay keeps.
func TestSampleSharedBlocks(t *testing.T) {
	for name, want := range map[string]float64{"synthetic_trace.jsonl": 0.6512444, "conversation_trace.head4000.jsonl": 0.3314073} {
		s := recorded(t, "mooncake/"+name).Stats()
		if math.Abs(s.SessionReuse-want) > 0.002 || math.Abs(s.SharedPrefixReuse-want) > 0.002 {
			t.Errorf("%s: %.4f across sessions, %.4f kept, expected %.4f", name, s.SessionReuse, s.SharedPrefixReuse, want)
		}
	}
}

// Recordings of something else say what they have instead.
func TestSampleOthers(t *testing.T) {
	for name, want := range map[string]string{
		"otel-genai/vs-copilot-sample-1.jsonl":      "3 tool executions and 1 other spans, but no model call",
		"har-proxy/openinference-bedrock-agent.har": "1 requests, but none to /chat/completions or /v1/messages",
		"gemini-cli/entire-f7633853.json":           "unknown format",
	} {
		path := filepath.Join("..", "..", "..", "shared", "samples", name)
		if _, err := os.Stat(path); err != nil {
			t.Skip("samples are not there")
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", name, err, want)
		}
	}
}
