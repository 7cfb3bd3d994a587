package agentperf

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

func loadOf(w *trajectory.Workload, policy trajectory.Policy, maxStart int) *population {
	return &population{Paces: replay.Paces{Workload: w, Policy: policy}, schedule: trajectory.Schedule{Workload: w, Seed: 7, MaxStart: maxStart}}
}

// A trajectory of 5 turns of 100 tokens at 20 tokens/s takes 5 * (10 + 5) s with first tokens at
// 10 s, and 4 s of tools: 79 s. Agents start at once and settle for nothing.
func TestMinimaOfEqualTrajectories(t *testing.T) {
	var s trajectory.Store
	c, err := s.Append(nil, []byte(`{"role":"user","content":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	play := &trajectory.Trajectory{ID: "t"}
	for range 5 {
		play.Turns = append(play.Turns, trajectory.Turn{History: c, OutputTokens: 100, ToolDelay: time.Second, ToolDelayKnown: true})
	}
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{play}}
	tiers := criteriaOf([]Tier{{SpeedFloor: 20, TTFTCeiling: 10 * time.Second}}, false)
	for _, tt := range []struct {
		rule         Point
		agents, want int // want in seconds
	}{
		{Point{SpawnRate: -1, Settle: -1}, 1, 30 * 79},
		{Point{SpawnRate: -1, Settle: -1}, 4, 8 * 79}, // 30 of four agents: the eighth of each
		{Point{SpawnRate: -1, Settle: -1}, 10, 3 * 79},
		{Point{SpawnRate: -1, Settle: -1}, 64, 3 * 79},
		{Point{SpawnRate: -1, Settle: -1, MinTrajectories: -1}, 1, 3 * 79},
		{Point{SpawnRate: -1, Settle: -1, MinTrajectories: -1, MinPerAgent: -1}, 9, 0},
		{Point{SpawnRate: -1, Settle: 30 * time.Second}, 10, 3*79 - 30}, // the first play is under way by then
		{Point{SpawnRate: 1, Settle: -1}, 11, 3 * 79},                   // and the last agent starts after 10 s, with nothing done
	} {
		if got := tt.rule.resolved().minima(loadOf(w, trajectory.Policy{}, 0), &tiers[0], tt.agents); math.Abs(got.Seconds()-float64(tt.want)) > 0.001 {
			t.Errorf("%+v with %d agents: %v, want %d s", tt.rule, tt.agents, got, tt.want)
		}
	}
}

// On the set of the published shape the minima take about as long as a simulation of its own
// found, in minutes until the slowest agent has completed three trajectories.
func TestMinimaOfAALike(t *testing.T) {
	w := generate.Preset("aa-like").Workload()
	policy := trajectory.Policy{Output: trajectory.OutputFree, ToolDelay: trajectory.ToolDelaySampled}
	for _, tt := range []struct {
		tier Tier
		want [4]float64 // for 4, 16, 64 and 256 agents
	}{
		{Tier{SpeedFloor: 20, TTFTCeiling: 10 * time.Second}, [4]float64{81, 105, 121, 147}},
		{Tier{SpeedFloor: 60, TTFTCeiling: 5 * time.Second}, [4]float64{34, 43, 50, 74}},
		{Tier{SpeedFloor: 180, TTFTCeiling: 3 * time.Second}, [4]float64{17, 21, 27, 37}},
		{Tier{SpeedFloor: 100, TTFTCeiling: 5 * time.Second}, [4]float64{27, 34, 39, 59}},
	} {
		criteria := criteriaOf([]Tier{tt.tier}, false)
		for i, n := range []int{4, 16, 64, 256} {
			got := Point{MinTrajectories: -1}.resolved().minima(loadOf(w, policy, 10), &criteria[0], n).Minutes()
			if math.Abs(got/tt.want[i]-1) > 0.1 { // another seed
				t.Errorf("%v with %d agents: %.0f min, want about %v", tt.tier, n, got, tt.want[i])
			}
		}
	}
}

// Plays of a millisecond are over in no time, and so is the estimate.
func TestMinimaOfShortTrajectories(t *testing.T) {
	var s trajectory.Store
	c, err := s.Append(nil, []byte(`{"role":"user","content":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{{ID: "t", Turns: []trajectory.Turn{{History: c, OutputTokens: 2}}}}}
	tiers := criteriaOf([]Tier{{SpeedFloor: 2000}}, false)
	if got := (Point{}).resolved().minima(loadOf(w, trajectory.Policy{}, 0), &tiers[0], 1000); got > time.Second {
		t.Errorf("%v, want next to nothing", got)
	}
}

// The numbers named are those of the run: of a list its own, however long.
func TestMinimaOfNumbers(t *testing.T) {
	for _, tt := range []struct {
		cfg     Config
		numbers []int
		want    []int
	}{
		{Config{MaxAgents: 100}, nil, []int{1, 4, 16, 64}},
		{Config{MaxAgents: 1 << 20}, nil, []int{1, 4, 16, 64, 256}},
		{Config{MaxAgents: 7}, []int{7}, []int{7}},
		{Config{MaxAgents: 3}, []int{2, 3}, []int{2, 3}},
		{Config{MaxAgents: 9}, []int{1, 2, 5, 7, 9}, []int{1, 2, 5, 7, 9}},
		{Config{MaxAgents: 13}, []int{1, 2, 3, 5, 8, 13}, []int{1, 2, 3, 5, 13}},
		{Config{MaxAgents: 90}, []int{10, 20, 30, 40, 50, 60, 70, 80, 90}, []int{10, 30, 50, 70, 90}},
	} {
		if got := namedOf(boundsOf(&tt.cfg, tt.numbers)); !slices.Equal(got, tt.want) {
			t.Errorf("%v up to %d: %v, want %v", tt.numbers, tt.cfg.MaxAgents, got, tt.want)
		}
	}
	load := loadOf(generate.Preset("aa-like").Workload(), trajectory.Policy{ToolDelay: trajectory.ToolDelaySampled}, 10)
	texts := (Point{}).resolved().minimaTexts(load, criteriaOf([]Tier{{SpeedFloor: 60}}, false), decide.Bounds{Min: 3, Max: 5, List: []int{3, 5}})
	if len(texts) != 1 || !strings.Contains(texts[0], " with 3 agents, ") || !strings.Contains(texts[0], " with 5 agents") {
		t.Errorf("%q", texts)
	}
}
