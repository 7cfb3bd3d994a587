package generate_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// generated are the presets at seed 0, made when first asked for.
var generated = map[string]func() *trajectory.Workload{
	generate.Demo:           sync.OnceValue(generate.Sessions{}.Workload),
	generate.AALike:         sync.OnceValue(generate.Preset(generate.AALike).Workload),
	generate.ClaudeCodeLike: sync.OnceValue(generate.Preset(generate.ClaudeCodeLike).Workload),
}

// sessions returns n sessions of a preset.
func sessions(preset string, seed uint64, n int) generate.Sessions {
	s := generate.Preset(preset)
	s.Seed, s.Trajectories = seed, n
	return s
}

// near fails when got is not within a share of want.
func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if !(got >= want*(1-share) && got <= want*(1+share)) {
		t.Errorf("%s is %.5g, want %.5g within %.0f %%", what, got, want, 100*share)
	}
}

// within fails when got is not between two bounds.
func within(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	if !(got >= low && got <= high) {
		t.Errorf("%s is %.5g, want %.5g to %.5g", what, got, low, high)
	}
}

// The published figures of AA-AgentPerf, for more than one seed.
func TestAALikeHasThePublishedShape(t *testing.T) {
	for seed := range uint64(3) {
		if seed > 0 && testing.Short() {
			break
		}
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			w := generated[generate.AALike]()
			if seed > 0 {
				w = sessions(generate.AALike, seed, 0).Workload()
			}
			s := w.Stats()
			within(t, "trajectories", float64(s.Trajectories), 500, 500)
			near(t, "requests", float64(s.Requests), 19_000, 0.05)
			near(t, "mean input", s.Input.Mean, 27_000, 0.05)
			within(t, "largest input", s.Input.Max, 125_000, 131_072)
			near(t, "median output", s.Output.P50, 150, 0.10)
			near(t, "P95 output", s.Output.P95, 2000, 0.15)
			within(t, "most turns", s.Turns.Max, 180, 200)
			near(t, "median tool delay", s.ToolDelay.P50, 1, 0.15)
			within(t, "longest tool delay", s.ToolDelay.Max, 4, 5)
			within(t, "scaffolds", float64(s.Scaffolds), 1, 1)
			within(t, "turns with parallel calls", float64(s.ParallelTurns), 100, 4000)
			within(t, "resets", float64(s.Resets), 0, 0)
			within(t, "turns with unknown tool delay", float64(s.UnknownToolDelays), 0, 0)
			least := s.Input.Max
			for _, tr := range w.Trajectories {
				least = min(least, float64(tr.Turns[0].PromptTokens))
			}
			near(t, "least input", least, 5000, 0.05)
		})
	}
}

// The measurements of recorded sessions that the distributions were fitted to:
// formats of W (Weka) and E (entireio/cli), which differ by about as much as this
// allows.
func TestClaudeCodeLikeHasTheMeasuredShape(t *testing.T) {
	if testing.Short() {
		t.Skip("generates 80 MB")
	}
	s := generated[generate.ClaudeCodeLike]().Stats()
	near(t, "median turns", s.Turns.P50, 46, 0.05)
	near(t, "P25 output", s.Output.P25, 106, 0.1)
	near(t, "median output", s.Output.P50, 215, 0.1)
	near(t, "P95 output", s.Output.P95, 1200, 0.1)
	near(t, "P25 growth", s.Growth.P25, 320, 0.2)
	near(t, "median growth", s.Growth.P50, 690, 0.15)
	near(t, "P75 growth", s.Growth.P75, 1530, 0.15)
	near(t, "P95 growth", s.Growth.P95, 6130, 0.2)
	near(t, "median tool delay", s.ToolDelay.P50, 0.31, 0.3)
	near(t, "P95 tool delay", s.ToolDelay.P95, 47, 0.3)
	near(t, "median human delay", s.HumanDelay.P50, 110, 0.15)
	near(t, "turns that end with the user", float64(s.HumanDelay.N)/float64(s.Requests), 0.1, 0.2)
	near(t, "turns with parallel calls", float64(s.ParallelTurns)/float64(s.ToolTurns), 0.1, 0.15)
	within(t, "resets", float64(s.Resets)/float64(s.Requests), 0.015, 0.025)
	within(t, "prefix reuse", s.PrefixReuse, 0.955, 0.97)
	within(t, "scaffolds", float64(s.Scaffolds), 2, 4)
	within(t, "largest input", s.Input.Max, 160_000, 175_000)
}

func TestDemoIsSmall(t *testing.T) {
	for seed := range uint64(20) {
		s := generate.Sessions{Seed: seed}.Workload().Stats()
		within(t, "trajectories", float64(s.Trajectories), 12, 12)
		within(t, "mean turns", s.Turns.Mean, 8, 10)
		within(t, "most turns", s.Turns.Max, 11, 12)
		within(t, "P25 input", s.Input.P25, 2000, 4000)
		within(t, "largest input", s.Input.Max, 5000, 8192)
		within(t, "P25 output", s.Output.P25, 20, 60)
		within(t, "largest output", s.Output.Max, 60, 80)
		within(t, "median tool delay", s.ToolDelay.P50, 0.05, 0.4)
		within(t, "longest tool delay", s.ToolDelay.Max, 0.05, 0.4)
		within(t, "distinct bytes", float64(s.DistinctBytes), 0, 1<<20)
	}
}

// some returns sessions of every preset, few enough to look at each message.
func some(yield func(*trajectory.Trajectory) bool) {
	for preset, n := range map[string]int{
		generate.Demo: 12, generate.AALike: 40, generate.ClaudeCodeLike: 10,
	} {
		for tr := range sessions(preset, 0, n).All() {
			if !yield(tr) {
				return
			}
		}
	}
}

// message is what a chat message may hold here.
type message struct {
	Role       string  `json:"role"`
	Content    *string `json:"content"`
	ToolCallID string  `json:"tool_call_id"`
	ToolCalls  []struct {
		ID       string `json:"id"`
		Type     string `json:"type"`
		Function struct {
			Name      string `json:"name"`
			Arguments string `json:"arguments"`
		} `json:"function"`
	} `json:"tool_calls"`
}

func TestGeneratedChatsAreWellFormed(t *testing.T) {
	for tr := range some {
		for i := range tr.Turns {
			// Contexts that the next one contains need no look of their own.
			c := tr.Turns[i].History
			if i+1 < len(tr.Turns) && tr.Turns[i+1].History.Shared(c) == c.Len() {
				continue
			}
			checkChat(t, fmt.Sprintf("%s, turn %d", tr.ID, i), &tr.Turns[i])
			if t.Failed() {
				return
			}
		}
	}
}

// checkChat checks that roles follow each other as in a chat and that the
// results after an answer are those of its calls.
func checkChat(t *testing.T, where string, turn *trajectory.Turn) {
	t.Helper()
	tools := make(map[string]string) // parameter by name
	var definitions []struct {
		Function struct {
			Name       string `json:"name"`
			Parameters struct {
				Required []string `json:"required"`
			} `json:"parameters"`
		} `json:"function"`
	}
	if err := json.Unmarshal(turn.Tools, &definitions); err != nil {
		t.Fatalf("%s: tools: %v", where, err)
	}
	for _, d := range definitions {
		tools[d.Function.Name] = d.Function.Parameters.Required[0]
	}
	open := make(map[string]bool)
	last, n := "", 0
	for m := range turn.History.All() {
		var msg message
		if err := json.Unmarshal(m.JSON(), &msg); err != nil || msg.Content == nil {
			t.Fatalf("%s: message %d: %v: %s", where, n, err, m.JSON())
		}
		if !strings.Contains(map[string]string{
			"": "system", "system": "user", "user": "assistant", "assistant": "tool user", "tool": "tool assistant",
		}[last], msg.Role) {
			t.Fatalf("%s: message %d: %q after %q", where, n, msg.Role, last)
		}
		switch {
		case msg.Role == "tool":
			if !open[msg.ToolCallID] {
				t.Fatalf("%s: message %d answers call %q, open are %v", where, n, msg.ToolCallID, open)
			}
			delete(open, msg.ToolCallID)
		case len(open) > 0:
			t.Fatalf("%s: message %d: calls %v have no results", where, n, open)
		}
		for _, call := range msg.ToolCalls {
			var arguments map[string]string
			err := json.Unmarshal([]byte(call.Function.Arguments), &arguments)
			parameter, ok := tools[call.Function.Name]
			if err != nil || !ok || arguments[parameter] == "" || open[call.ID] || call.ID == "" || call.Type != "function" {
				t.Fatalf("%s: message %d: bad call %+v: %v", where, n, call, err)
			}
			open[call.ID] = true
		}
		last, n = msg.Role, n+1
	}
	if len(open) > 0 || last == "assistant" {
		t.Fatalf("%s: ends with %q, calls %v open", where, last, open)
	}
}

// What a turn states is what its messages and those of the next turn show.
func TestGeneratedTurnsSayWhatTheyAre(t *testing.T) {
	for tr := range some {
		most := 0
		for i, turn := range tr.Turns {
			where := fmt.Sprintf("%s, turn %d", tr.ID, i)
			c := turn.History
			if bytes := len(turn.Tools) + c.Size() - (c.Len() - 1); bytes != 4*turn.PromptTokens {
				t.Fatalf("%s: %d bytes of tools and messages, PromptTokens %d", where, bytes, turn.PromptTokens)
			}
			most = max(most, turn.PromptTokens+turn.OutputTokens)
			if turn.OutputTokens != turn.CompletionTokens || !turn.ToolDelayKnown {
				t.Fatalf("%s: %+v", where, turn)
			}
			longest := time.Duration(0)
			for _, call := range turn.ToolCalls {
				longest = max(longest, call.Duration)
			}
			if turn.ToolDelay != longest || turn.HumanDelay > 0 && len(turn.ToolCalls) > 0 {
				t.Fatalf("%s: delays %v and %v after %v", where, turn.ToolDelay, turn.HumanDelay, turn.ToolCalls)
			}
			if i+1 == len(tr.Turns) || tr.Turns[i+1].History.Shared(c) < c.Len() {
				continue
			}
			next := tr.Turns[i+1].History
			for next.Len() > c.Len()+1 {
				next = next.Front()
			}
			answer := next.Last()
			var msg message
			if err := json.Unmarshal(answer.JSON(), &msg); err != nil || msg.Role != "assistant" {
				t.Fatalf("%s: followed by %s: %v", where, answer.JSON(), err)
			}
			if len(answer.JSON()) != 4*turn.OutputTokens {
				t.Fatalf("%s: answer of %d bytes, OutputTokens %d", where, len(answer.JSON()), turn.OutputTokens)
			}
			var calls []trajectory.ToolCall
			for k, call := range msg.ToolCalls {
				calls = append(calls, trajectory.ToolCall{ID: call.ID, Name: call.Function.Name, Duration: turn.ToolCalls[k].Duration})
			}
			if diff := cmp.Diff(turn.ToolCalls, calls); diff != "" {
				t.Fatalf("%s: recorded calls and those of the answer (-recorded +answer):\n%s", where, diff)
			}
		}
		if tr.ContextTokens != most {
			t.Errorf("%s: ContextTokens %d, its largest request has %d", tr.ID, tr.ContextTokens, most)
		}
	}
}

func TestGeneratedRequestsFitTheWindow(t *testing.T) {
	for preset, window := range map[string]int{
		generate.Demo: 8192, generate.AALike: 131_072, generate.ClaudeCodeLike: 200_000,
	} {
		if preset == generate.ClaudeCodeLike && testing.Short() {
			continue
		}
		for _, tr := range generated[preset]().Trajectories {
			if tr.ContextTokens > window {
				t.Errorf("%s needs %d tokens, the window has %d", tr.ID, tr.ContextTokens, window)
			}
		}
	}
}

// digest returns a hash of all that a trajectory is: of each turn, what it
// states, how much it keeps of the one before and the messages after that.
func digest(tr *trajectory.Trajectory) string {
	h := sha256.New()
	fmt.Fprintln(h, tr.ID, tr.Source, tr.ContextTokens)
	var last *trajectory.History
	for _, turn := range tr.Turns {
		c := turn.History
		kept := c.Shared(last)
		fmt.Fprintln(h, c.Len(), kept)
		for ; c.Len() > kept; c = c.Front() {
			h.Write(c.Last().JSON())
		}
		last = turn.History
		h.Write(turn.Tools)
		turn.History, turn.Tools = nil, nil
		fmt.Fprintf(h, "%+v\n", turn)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func digests(s generate.Sessions) (sums []string) {
	for tr := range s.All() {
		sums = append(sums, digest(tr))
	}
	return sums
}

func TestSessionsAreDeterministic(t *testing.T) {
	for _, preset := range generate.Presets() {
		s := sessions(preset, 7, 5)
		five := digests(s)
		if diff := cmp.Diff(five, digests(s)); diff != "" {
			t.Errorf("%s: the same seed makes something else:\n%s", preset, diff)
		}
		s.Trajectories = 3
		if diff := cmp.Diff(five[:3], digests(s)); diff != "" {
			t.Errorf("%s: sessions depend on their number:\n%s", preset, diff)
		}
		s.Seed = 8
		for i, sum := range digests(s) {
			if sum == five[i] {
				t.Errorf("%s: session %d is the same for another seed", preset, i)
			}
		}
	}
}

func TestValidate(t *testing.T) {
	if err := (generate.Sessions{}).Validate(); err != nil {
		t.Errorf("the zero value: %v", err)
	}
	err := sessions("no such", 0, -1).Validate()
	for _, want := range []string{`Preset is "no such", expected one of [demo aa-like claude-code-like]`, "Trajectories is -1"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	zero := digests(generate.Sessions{})
	if diff := cmp.Diff(digests(sessions(generate.Demo, 0, 12)), zero); diff != "" {
		t.Errorf("12 sessions of the demo preset and the zero value (-demo +zero):\n%s", diff)
	}
	defer func() {
		if recover() == nil {
			t.Error("an invalid description makes sessions")
		}
	}()
	generate.Preset("no such").Workload()
}

// A session may be left off anywhere.
func TestAllStops(t *testing.T) {
	n := 0
	for range (generate.Sessions{}).All() {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d sessions", n)
	}
}

// The set takes at most 1.3 times the bytes of its distinct messages.
func TestAALikeInMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("generates 55 MB")
	}
	heap := func() uint64 {
		runtime.GC()
		runtime.GC() // what the first one left to finalizers
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	w := sessions(generate.AALike, 1, 0).Workload()
	held := heap() - before
	distinct := w.Stats().DistinctBytes
	ratio := float64(held) / float64(distinct)
	t.Logf("%.1f MB on the heap for %.1f MB of distinct messages: %.2f times", float64(held)/1e6, float64(distinct)/1e6, ratio)
	if ratio > 1.3 {
		t.Errorf("the set takes %.2f times its distinct bytes", ratio)
	}
	runtime.KeepAlive(w)
}

func BenchmarkPresets(b *testing.B) {
	for _, preset := range generate.Presets() {
		b.Run("preset="+preset, func(b *testing.B) {
			b.ReportAllocs()
			var distinct int64
			for b.Loop() {
				w := generate.Preset(preset).Workload()
				b.StopTimer()
				distinct = w.Stats().DistinctBytes
				b.StartTimer()
			}
			b.SetBytes(distinct)
		})
	}
}

func TestGeneratedIsValid(t *testing.T) {
	for preset, w := range generated {
		if testing.Short() && preset == generate.ClaudeCodeLike {
			continue
		}
		if err := w().Validate(); err != nil {
			t.Errorf("%s: %v", preset, err)
		}
	}
}
