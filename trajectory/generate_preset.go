package trajectory

import "math"

// A Preset names the kind of sessions that a [Generator] makes.
type Preset string

const (
	// PresetDemo is small and quick: a dozen short sessions with short answers
	// and tools, to show a tool at work within minutes. It is no measure of
	// what coding agents ask of a system.
	PresetDemo Preset = "demo"
	// PresetAALike has the shape that is published for AA-AgentPerf: 500
	// sessions of up to 200 turns that each work on one issue without a
	// person, inputs of 5K to 131K tokens with a mean of 27K, outputs with a
	// median of 150 and a P95 of 2K, tools of up to 5 s with a median of 1 s,
	// and one scaffold of tools and system prompt for all.
	PresetAALike Preset = "aa-like"
	// PresetClaudeCodeLike follows recorded Claude Code sessions in a window of
	// 200K tokens: people come back after a few calls, a tenth of the tools
	// takes longer than 10 s, contexts are compacted when they are nearly
	// full, and now and then an edit near the front makes all that follows it
	// new to a cache. Sessions share one of 2 to 4 scaffolds.
	//
	// Not done: subagents, the request that writes the summary of a
	// compaction, and the cache expiry of the provider.
	PresetClaudeCodeLike Preset = "claude-code-like"
)

// Presets returns all presets, the smallest first.
func Presets() []Preset {
	return []Preset{PresetDemo, PresetAALike, PresetClaudeCodeLike}
}

// shape is what a preset stands for. Counts are in tokens unless they say
// otherwise.
type shape struct {
	sessions int
	// window holds a prompt and its answer. A session that outgrows it ends.
	window int

	// turns is the number of turns of a session.
	turns law
	// pace multiplies the results of a session. So does the relation of its
	// turns to their median, to the power of -slowing: with the results of
	// others, no session of 200 turns would fit in its window.
	pace    law
	slowing float64

	// variants is the least and the greatest number of scaffolds; each has
	// tools and a system prompt of uniformly drawn size.
	variants      [2]int
	tools, system [2]int

	opening law // the first message of the user
	output  law // one answer
	result  law // what follows one answer: results of tools, or a message
	// growth is the answer and what follows it; with it there is no result.
	growth law

	// parallel is the share of turns with 2, 3 and 4 tool calls, among those
	// with any.
	parallel  [3]float64
	toolDelay law // one call, in seconds
	// toolTurns is the share of turns that run tools, of those that are not last
	// and at which nobody comes back, unknownDelays that of them whose time is
	// not known. They count where growth has a law; elsewhere it is all and none.
	toolTurns, unknownDelays float64

	// prompted is the number of turns that one message of the user leads to;
	// the zero law means that the opening leads to all.
	prompted   law
	humanDelay law // in seconds

	// compactAt is the range of the context, as a share of the window, that a
	// session compacts at, to the tools, the system prompt and a summary;
	// compacted is the range of what it starts again with. Zero means never.
	compactAt [2]float64
	compacted [2]int
	// edits is the share of turns in which the opening is replaced.
	edits float64
}

// shape returns what the preset stands for; ok is false for an unknown one.
func (p Preset) shape() (s shape, ok bool) {
	switch p {
	case PresetDemo, "":
		return demoShape(), true
	case PresetAALike:
		return aaShape(), true
	case PresetClaudeCodeLike:
		return claudeCodeShape(), true
	}
	return shape{}, false
}

func demoShape() shape {
	return shape{
		sessions:  12,
		window:    8192,
		turns:     one(9, 0.3, 6, 12),
		pace:      one(1, 0.2, 0.5, 1.5),
		variants:  [2]int{1, 1},
		tools:     [2]int{1000, 1000},
		system:    [2]int{500, 500},
		opening:   one(550, 0.3, 400, 1000),
		output:    one(45, 0.4, 20, 80),
		result:    one(330, 0.5, 60, 900),
		parallel:  [3]float64{0.1},
		toolDelay: one(0.15, 0.6, 0.05, 0.4),
	}
}

// aaShape is fitted to the figures published for AA-AgentPerf. Answers are of
// two kinds: a call with a few words, and the long reasoning now and then that
// makes the P95. Two laws fit better than one, whose lower half would be
// shorter than a tool call is.
func aaShape() shape {
	return shape{
		sessions: 500,
		window:   131072,
		turns:    one(29.6, 0.73, 1, 200),
		pace:     one(1, 0.4, 0.4, 2.5),
		slowing:  0.2,
		variants: [2]int{1, 1},
		tools:    [2]int{3300, 3300},
		system:   [2]int{1200, 1200},
		opening:  one(900, 0.5, 500, 6000),
		output: law{parts: []logNormal{
			{0.84, 133, 0.5},
			{0.16, 1500, 0.55},
		}, low: 20, high: 8192},
		result:    one(188, 1.1, 16, 8192),
		parallel:  [3]float64{0.07, 0.02, 0.01},
		toolDelay: one(1, 0.8, 0.1, 5),
	}
}

// claudeCodeShape is fitted to recorded sessions: calls, prefixes, delays,
// parallel calls, compactions and edits as measured, results such that they
// and the answer before them grow the context as measured.
func claudeCodeShape() shape {
	const day = 86400
	return shape{
		sessions:  100,
		window:    200_000,
		turns:     one(46, 1.05, 3, 1200),
		pace:      one(1, 0, 1, 1),
		variants:  [2]int{2, 4},
		tools:     [2]int{10_800, 13_800},
		system:    [2]int{2000, 3600},
		opening:   one(6500, 0.4, 4000, 25_000),
		output:    one(215, 1.05, 40, 16_000),
		result:    one(330, 1.75, 16, 60_000),
		parallel:  [3]float64{0.07, 0.02, 0.01},
		prompted:  one(5, 1.25, 1, math.MaxInt32),
		toolDelay: law{parts: []logNormal{{0.36, 0.02, 1.6}, {0.34, 0.35, 0.8}, {0.19, 3.5, 1}, {0.09, 30, 1.3}, {0.02, 200, 1.5}}, high: day},

		humanDelay: one(110, 1.75, 1, day),
		compactAt:  [2]float64{0.78, 0.86},
		compacted:  [2]int{40_000, 60_000},
		edits:      0.012,
	}
}
