package generate_test

import (
	"math"
	"testing"

	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// Sessions that are made like others have their percentiles. The tolerance is for
// the lengths: growth and output are drawn apart here and not there, and long
// sessions run into the window.
func TestLike(t *testing.T) {
	for _, tt := range []struct {
		preset string
		n      int
	}{{generate.AALike, 200}, {generate.ClaudeCodeLike, 0}, {generate.Demo, 0}} {
		if testing.Short() && tt.preset != generate.Demo {
			continue
		}
		preset := tt.preset
		want := sessions(preset, 0, tt.n).Workload().Stats()
		like := generate.Like(want)
		like.Seed, like.Trajectories = 3, 200
		if err := like.Validate(); err != nil {
			t.Fatal(err)
		}
		got := like.Workload().Stats()
		for _, tt := range []struct {
			name      string
			got, want trajectory.Distribution
			tolerance float64
		}{
			{"turns", got.Turns, want.Turns, 0.15},
			{"first input", got.FirstInput, want.FirstInput, 0.1},
			{"input", got.Input, want.Input, 0.35},
			{"output", got.Output, want.Output, 0.15},
			{"growth", got.Growth, want.Growth, 0.3},
			{"tool delay", got.ToolDelay, want.ToolDelay, 0.25},
			{"human delay", got.HumanDelay, want.HumanDelay, 0.3},
		} {
			if tt.want.N == 0 {
				if tt.got.N != 0 {
					t.Errorf("%s: %s from nowhere", preset, tt.name)
				}
				continue
			}
			for _, q := range []struct {
				at        string
				got, want float64
			}{{"P25", tt.got.P25, tt.want.P25}, {"P50", tt.got.P50, tt.want.P50}, {"P75", tt.got.P75, tt.want.P75}} {
				if math.Abs(q.got/q.want-1) > tt.tolerance {
					t.Errorf("%s: %s %s is %.4g, expected %.4g", preset, tt.name, q.at, q.got, q.want)
				}
			}
		}
		if d := got.PrefixReuse - want.PrefixReuse; math.Abs(d) > 0.03 {
			t.Errorf("%s: reuse %.3f, expected %.3f", preset, got.PrefixReuse, want.PrefixReuse)
		}
	}
}

// Short sessions keep their length, tools of unknown duration stay unknown, and
// where no tools were recorded none are made.
func TestLikeSmall(t *testing.T) {
	one := func(v float64) trajectory.Distribution {
		return trajectory.Distribution{N: 10, Mean: v, P25: v, P50: v, P75: v, P95: v, Max: v}
	}
	stats := trajectory.Stats{
		Trajectories: 10, Requests: 60, Turns: one(6), Input: one(1300), FirstInput: one(700), Output: one(256), Growth: one(300),
	}
	chat := generate.Like(stats).Workload().Stats()
	if chat.Turns.P25 != 6 || chat.Turns.Max != 6 || chat.ToolTurns != 0 || chat.ToolDelay.N != 0 {
		t.Errorf("without tools: %+v", chat)
	}
	stats.ToolTurns, stats.UnknownToolDelays = 50, 50
	unknown := generate.Like(stats).Workload().Stats()
	if unknown.ToolTurns < 45 || unknown.UnknownToolDelays != unknown.ToolTurns {
		t.Errorf("tools for unknown times: %+v", unknown)
	}
	stats.UnknownToolDelays, stats.ToolDelay = 0, one(2)
	known := generate.Like(stats).Workload().Stats()
	if known.ToolDelay.N < 45 || known.ToolDelay.P50 != 2 || known.UnknownToolDelays != 0 {
		t.Errorf("tools for 2 s: %+v", known)
	}
}

func TestLikeRefuses(t *testing.T) {
	stats := generate.Sessions{}.Workload().Stats()
	for name, s := range map[string]trajectory.Stats{
		"empty":       {},
		"zero output": {Turns: stats.Turns, Input: stats.Input, FirstInput: stats.FirstInput, Output: trajectory.Distribution{N: 1}},
		"no output":   {Turns: stats.Turns, Input: stats.Input, FirstInput: stats.FirstInput},
		"nonsense":    {Turns: trajectory.Distribution{N: 1, Max: math.NaN()}, Input: stats.Input, FirstInput: stats.FirstInput, Output: stats.Output},
	} {
		if err := generate.Like(s).Validate(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	// Tiny sessions have no room for a scaffold of tools.
	tiny := trajectory.Distribution{N: 1, Mean: 5, P25: 5, P50: 5, P75: 5, P95: 5, Max: 5}
	s := generate.Like(trajectory.Stats{Trajectories: 1, Requests: 1, Turns: tiny, Input: tiny, FirstInput: tiny, Output: tiny})
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	for range s.All() {
	}
}
