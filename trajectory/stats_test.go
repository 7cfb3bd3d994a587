package trajectory_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// chat appends messages of exactly the given sizes, in bytes of JSON.
func chat(t *testing.T, s *trajectory.Store, c *trajectory.History, role, text string, sizes ...int) *trajectory.History {
	t.Helper()
	for _, size := range sizes {
		start, stop := `{"role":"`+role+`","content":"`+text, `"}`
		c2, err := s.Append(c, []byte(start+strings.Repeat("x", size-len(start)-len(stop))+stop))
		if err != nil {
			t.Fatal(err)
		}
		c = c2
	}
	return c
}

// Two sessions small enough to work everything out by hand.
func TestStatsKnownAnswers(t *testing.T) {
	var s trajectory.Store
	tools := json.RawMessage(`[{"type":"function"}]`) // 21 bytes
	scaffold := chat(t, &s, nil, "system", "", 79)    // 100 with the tools
	a0 := chat(t, &s, scaffold, "user", "a", 100)
	a1 := chat(t, &s, chat(t, &s, a0, "assistant", "a", 100), "tool", "a", 60, 40)
	a2 := chat(t, &s, scaffold, "user", "compacted", 300) // keeps 100 of 400
	b0 := chat(t, &s, scaffold, "user", "b", 100)
	b1 := chat(t, &s, chat(t, &s, b0, "assistant", "b", 50), "user", "b", 50)
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{
		{ID: "a", Turns: []trajectory.Turn{
			{History: a0, Tools: tools, PromptTokens: 20, OutputTokens: 10, ToolDelay: 2 * time.Second, ToolDelayKnown: true},
			{History: a1, Tools: tools, PromptTokens: 40, OutputTokens: 30, ToolCalls: []trajectory.ToolCall{{}}},
			{History: a2, Tools: tools, PromptTokens: 40},
		}},
		{ID: "b", Turns: []trajectory.Turn{
			{History: b0, Tools: tools, PromptTokens: 20, HumanDelay: time.Minute, ToolDelayKnown: true},
			{History: b1, Tools: tools, ToolDelayKnown: true}, // 300 bytes and the commas: 101 tokens
		}},
	}}
	got := w.Stats()

	// Reusable of own turns: 0, then 20 of a1's 40, 10 of a2's 40; 0, then two
	// thirds of b1's 101. With scaffolds, also half of b0's 20.
	const total = 20 + 40 + 40 + 20 + 101
	want := trajectory.Stats{
		Trajectories: 2, Requests: 5,
		Turns:           trajectory.Distribution{N: 2, Mean: 2.5, P25: 2.25, P50: 2.5, P75: 2.75, P95: 2.95, Max: 3},
		Input:           trajectory.Distribution{N: 5, Mean: total / 5.0, P25: 20, P50: 40, P75: 40, P95: 40 + 0.8*61, Max: 101},
		EstimatedInputs: 1,
		FirstInput:      trajectory.Distribution{N: 2, Mean: 20, P25: 20, P50: 20, P75: 20, P95: 20, Max: 20},
		Output:          trajectory.Distribution{N: 2, Mean: 20, P25: 15, P50: 20, P75: 25, P95: 29, Max: 30},
		Growth:          trajectory.Distribution{N: 2, Mean: 50.5, P25: 35.25, P50: 50.5, P75: 65.75, P95: 77.95, Max: 81},
		ToolDelay:       trajectory.Distribution{N: 1, Mean: 2, P25: 2, P50: 2, P75: 2, P95: 2, Max: 2},
		HumanDelay:      trajectory.Distribution{N: 1, Mean: 60, P25: 60, P50: 60, P75: 60, P95: 60, Max: 60},
		// One recorded; two known by the results that a1 brings.
		ToolCalls: 3, ToolTurns: 2, ParallelTurns: 1, UnknownToolDelays: 1,
		Resets:            1,
		PrefixReuse:       (20 + 10 + 101*2.0/3) / total,
		SharedPrefixReuse: (20 + 10 + 10 + 101*2.0/3) / total,
		SessionReuse:      (20 + 10 + 10 + 101*2.0/3) / total, // nothing more is alike
		Scaffolds:         1,
		DistinctBytes:     100 + 100 + 200 + 300 + 100 + 100,
		ContextBytes:      200 + 400 + 400 + 200 + 300,
		Origins: trajectory.StatsOrigins{
			Text:   trajectory.OriginCounts{Recorded: 5},
			Input:  trajectory.OriginCounts{Recorded: 4, Missing: 1},
			Output: trajectory.OriginCounts{Recorded: 2, Missing: 3},
			Delay:  trajectory.OriginCounts{Recorded: 2, Missing: 1},
		},
	}
	close := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a)) })
	if diff := cmp.Diff(want, got, close); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStatsOfOtherTools(t *testing.T) {
	var s trajectory.Store
	c := chat(t, &s, chat(t, &s, nil, "system", "", 100), "user", "", 100)
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{{Turns: []trajectory.Turn{
		{History: c, Tools: json.RawMessage(`[1]`), PromptTokens: 10},
		{History: c, Tools: json.RawMessage(`[2]`), PromptTokens: 10},
		{History: c, PromptTokens: 10},
		{History: c, Tools: json.RawMessage(`[1]`), PromptTokens: 10},
	}}}}
	got := w.Stats()
	if got.Resets != 3 || got.Scaffolds != 3 || math.Abs(got.PrefixReuse-0.25) > 1e-9 || got.DistinctBytes != 206 {
		t.Errorf("other tools leave nothing to reuse, but what they had before: %+v", got)
	}
}

// No data is not zero: it is left out.
func TestStatsOfNothing(t *testing.T) {
	b, err := json.Marshal((&trajectory.Workload{}).Stats())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mean", "tool_delay_seconds", "input_tokens_per_request"} {
		if strings.Contains(string(b), name) {
			t.Errorf("statistics of nothing have %q: %s", name, b)
		}
	}
}

// oracle computes the reuse as a server with an unlimited cache does: by the
// text of every prefix.
func oracle(w *trajectory.Workload) (own, shared float64) {
	scaffolds := make(map[string]bool)
	var reused, reusedShared, total float64
	for _, tr := range w.Trajectories {
		seen := make(map[string]bool)
		for _, turn := range tr.Turns {
			var text []byte
			mine, most, lead := 0, 0, true
			add := func(part []byte) {
				text = append(text, part...)
				if seen[string(text)] {
					mine = len(text)
				}
				seen[string(text)] = true
				if lead && scaffolds[string(text)] {
					most = len(text)
				}
				if lead {
					scaffolds[string(text)] = true
				}
			}
			add(turn.Tools)
			for m := range turn.History.All() {
				lead = lead && m.Role() == "system"
				add(m.JSON())
			}
			tokens := float64(turn.PromptTokens)
			total += tokens
			reused += tokens * float64(mine) / float64(len(text))
			reusedShared += tokens * float64(max(mine, most)) / float64(len(text))
		}
	}
	return reused / total, reusedShared / total
}

func TestPrefixReuseAgainstACache(t *testing.T) {
	for _, tt := range []struct {
		preset string
		seed   uint64
		n      int
	}{
		{generate.Demo, 0, 0},
		{generate.Demo, 3, 0},
		{generate.AALike, 0, 4},
		{generate.ClaudeCodeLike, 2, 5},
	} {
		s := generate.Preset(tt.preset)
		s.Seed, s.Trajectories = tt.seed, tt.n
		w := s.Workload()
		// Long sessions make the oracle slow: it keeps every prefix.
		for _, tr := range w.Trajectories {
			tr.Turns = tr.Turns[:min(60, len(tr.Turns))]
		}
		got := w.Stats()
		own, shared := oracle(w)
		if math.Abs(got.PrefixReuse-own) > 1e-9 || math.Abs(got.SharedPrefixReuse-shared) > 1e-9 {
			t.Errorf("%+v: reuse %v and %v, a cache has %v and %v", tt, got.PrefixReuse, got.SharedPrefixReuse, own, shared)
		}
		if got.Resets > 0 != (tt.preset == generate.ClaudeCodeLike) {
			t.Errorf("%+v: %d resets", tt, got.Resets)
		}
	}
}

// Collecting from a stream is collecting from a workload.
func TestCollectStats(t *testing.T) {
	made := generate.Sessions{Seed: 5}
	if diff := cmp.Diff(made.Workload().Stats(), trajectory.CollectStats(made.All())); diff != "" {
		t.Errorf("(-workload +stream):\n%s", diff)
	}
	// Another store for each trajectory makes no difference either.
	w := made.Workload()
	w.Trajectories = slices.Concat(w.Trajectories, made.Workload().Trajectories)
	twice, once := w.Stats(), made.Workload().Stats()
	if twice.DistinctBytes != once.DistinctBytes || twice.Scaffolds != 1 || twice.PrefixReuse != once.PrefixReuse {
		t.Errorf("a set and its copy: %+v; the set: %+v", twice, once)
	}
}

func BenchmarkStats(b *testing.B) {
	w := generate.Preset(generate.AALike).Workload()
	b.SetBytes(w.Stats().DistinctBytes)
	b.ReportAllocs()
	for b.Loop() {
		w.Stats()
	}
}
