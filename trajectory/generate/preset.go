package generate

import "math"

// The names of the presets.
const (
	// Demo is small and quick: a dozen short sessions with short answers and
	// quick tools, which show a tool at work within minutes. It does not
	// represent what coding agents ask of a system.
	Demo = "demo"
	// AALike has the shape published for AA-AgentPerf: 500 sessions of up to
	// 200 turns, each on one issue and without a person; inputs of 5K to 131K
	// tokens with a mean of 27K; outputs with a median of 150 and a P95 of 2K;
	// tools that take up to 5 s with a median of 1 s; one scaffold of tools and
	// system prompt for all.
	AALike = "aa-like"
	// ClaudeCodeLike follows recorded Claude Code sessions in a window of 200K
	// tokens. People come back after a few calls, a tenth of the tools takes
	// longer than 10 s, contexts are compacted when nearly full, and now and
	// then an edit near the front makes everything after it new to a cache.
	// Each session has one of 2 to 4 scaffolds.
	//
	// It lacks subagents, the requests that write the summaries of compactions,
	// and the expiry of the provider's cache.
	ClaudeCodeLike = "claude-code-like"
)

// Presets returns the names of all presets, the smallest first.
func Presets() []string {
	return []string{Demo, AALike, ClaudeCodeLike}
}

// presetRecipe returns the recipe of a preset; an empty name is that of Demo.
func presetRecipe(name string) (r recipe, ok bool) {
	switch name {
	case Demo, "":
		return demoRecipe(), true
	case AALike:
		return aaRecipe(), true
	case ClaudeCodeLike:
		return claudeCodeRecipe(), true
	}
	return recipe{}, false
}

func demoRecipe() recipe {
	return recipe{
		sessions:  12,
		window:    8192,
		turns:     logNormal(9, 0.3, 6, 12),
		pace:      logNormal(1, 0.2, 0.5, 1.5),
		variants:  [2]int{1, 1},
		tools:     [2]int{1000, 1000},
		system:    [2]int{500, 500},
		opening:   logNormal(550, 0.3, 400, 1000),
		output:    logNormal(45, 0.4, 20, 80),
		result:    logNormal(330, 0.5, 60, 900),
		parallel:  [3]float64{0.1},
		toolDelay: logNormal(0.15, 0.6, 0.05, 0.4),
	}
}

// aaRecipe is fitted to the figures published for AA-AgentPerf. Answers are of
// two kinds: a call with a few words, and now and then the long reasoning that
// makes the P95. A mixture of the two fits better than one log-normal, whose lower
// half would be shorter than a tool call.
func aaRecipe() recipe {
	return recipe{
		sessions: 500,
		window:   131072,
		turns:    logNormal(29.6, 0.73, 1, 200),
		pace:     logNormal(1, 0.4, 0.4, 2.5),
		slowing:  0.2,
		variants: [2]int{1, 1},
		tools:    [2]int{3300, 3300},
		system:   [2]int{1200, 1200},
		opening:  logNormal(900, 0.5, 500, 6000),
		output: distribution{parts: []component{
			{0.84, 133, 0.5},
			{0.16, 1500, 0.55},
		}, low: 20, high: 8192},
		result:    logNormal(188, 1.1, 16, 8192),
		parallel:  [3]float64{0.07, 0.02, 0.01},
		toolDelay: logNormal(1, 0.8, 0.1, 5),
	}
}

// claudeCodeRecipe is fitted to recorded sessions. Calls, prefixes, delays,
// parallel calls, compactions and edits are as measured; results are such that,
// with the answers before them, they grow the context as measured.
func claudeCodeRecipe() recipe {
	const day = 86400
	return recipe{
		sessions:  100,
		window:    200_000,
		turns:     logNormal(46, 1.05, 3, 1200),
		pace:      logNormal(1, 0, 1, 1),
		variants:  [2]int{2, 4},
		tools:     [2]int{10_800, 13_800},
		system:    [2]int{2000, 3600},
		opening:   logNormal(6500, 0.4, 4000, 25_000),
		output:    logNormal(215, 1.05, 40, 16_000),
		result:    logNormal(330, 1.75, 16, 60_000),
		parallel:  [3]float64{0.07, 0.02, 0.01},
		prompted:  logNormal(5, 1.25, 1, math.MaxInt32),
		toolDelay: distribution{parts: []component{{0.36, 0.02, 1.6}, {0.34, 0.35, 0.8}, {0.19, 3.5, 1}, {0.09, 30, 1.3}, {0.02, 200, 1.5}}, high: day},

		humanDelay: logNormal(110, 1.75, 1, day),
		compactAt:  [2]float64{0.78, 0.86},
		compacted:  [2]int{40_000, 60_000},
		edits:      0.012,
	}
}
