package trajectory_test

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Synthetic text has factor words for each token: exactly where that is a whole number,
// and on average over short blocks where it is not. What is equal stays equal, what
// begins a longer text still does, and recorded text is not touched.
func TestSyntheticFactor(t *testing.T) { synctest.Test(t, testSyntheticFactor) }

func testSyntheticFactor(t *testing.T) {
	const recorded = "kept as it was"
	sent := func(factor float64, blocks ...trajectory.Block) string {
		t.Helper()
		var s trajectory.Store
		h, err := s.Append(nil, []byte(`{"role":"system","content":"`+recorded+`"}`))
		if err == nil {
			h, err = s.AppendSynthetic(h, []byte(`{"role":"user","content":"|"}`), blocks)
		}
		if err != nil {
			t.Fatal(err)
		}
		w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{{ID: "a", Turns: []trajectory.Turn{{History: h, OutputTokens: 1}}}}}
		got, _ := run(t, w, 1, 0, 0, 1, trajectory.Policy{SyntheticFactor: factor, Prefix: trajectory.PrefixNone})
		before, after, ok := strings.Cut(got.bodies[0], `{"role":"user","content":"`)
		if !ok || !strings.Contains(before, recorded) {
			t.Fatalf("body %.300s", got.bodies[0])
		}
		text, _, _ := strings.Cut(after, "|")
		return text
	}
	words := func(text string) int { return len(strings.Fields(text)) }
	a, b := trajectory.Block{Seed: 1, Tokens: 512}, trajectory.Block{Seed: 2, Tokens: 100}
	for factor, want := range map[float64]int{0: 612, 1: 612, 0.75: 459, 1.5: 918, 0.5: 306} {
		if got := words(sent(factor, a, b)); got != want {
			t.Errorf("factor %v: %d words, want %d", factor, got, want)
		}
	}
	whole := sent(1.33, a, b)
	if got := sent(1.33, a); !strings.HasPrefix(whole, got) || words(got) < 680 || words(got) > 681 {
		t.Errorf("%d words of 512 at 1.33, which begin the longer text: %v", words(got), strings.HasPrefix(whole, got))
	}
	for tokens := range 40 {
		short, long := trajectory.Block{Seed: 7, Tokens: tokens}, trajectory.Block{Seed: 7, Tokens: tokens + 1}
		if !strings.HasPrefix(sent(0.7, long), sent(0.7, short)) {
			t.Errorf("%d tokens do not begin %d", tokens, tokens+1)
		}
	}
	// 16 tokens are 20.8 words: of all equally long blocks rounded the same way the sum
	// would be 1 % off.
	var many []trajectory.Block
	for seed := range uint64(5000) {
		many = append(many, trajectory.Block{Seed: seed, Tokens: 16})
	}
	if got := float64(words(sent(1.3, many...))) / (5000 * 16); math.Abs(got-1.3) > 0.002 {
		t.Errorf("%.4f words for each token of short blocks, want 1.3", got)
	}
	if d := cmp.Diff(sent(1.3, many...), sent(1.3, many...)); d != "" {
		t.Error("not the same text again")
	}
}
