package trajectory

import (
	"errors"
	"fmt"
	"iter"
)

// A Generator makes sessions up. Its zero value makes the demo preset.
//
// Contexts are well-formed chats: a system prompt, a message of the user, then
// answers with tool calls, each followed by its results, and in some presets
// further messages of the user.
//
// Text is filler at 0.25 tokens per byte: common words of three letters drawn at
// random, a word and a blank for each token. Messages and tools are each a
// whole number of such tokens long as JSON, and [Turn.PromptTokens] is their
// sum, which is what a server reports that counts 4 bytes as a token. The
// message of an answer is as long as [Turn.OutputTokens], which is no less than
// its tool calls need as JSON. A server with a tokenizer and a chat template of
// its own counts otherwise, and its usage is what to go by.
//
// The same fields give the same bytes (to be exact, on processors whose
// exponential function rounds alike). Session i depends on the preset, the seed
// and i, not on the number of sessions. The lengths of the sessions of a set
// are spread evenly over their law, so that a set has its mean and its long
// sessions whatever the seed. Delays do not depend on which
// tool is called.
//
// The presets at seed 0, as [Stats] has them:
//
//	                            demo   aa-like  claude-code-like
//	trajectories                  12       500               100
//	requests                     117     19069              8088
//	turns, mean                   10        38                81
//	turns, P50                    10        30                46
//	turns, P95                    12        98               260
//	turns, max                    12       200               878
//	input tokens, mean          3903     26832             83328
//	input tokens, P50           3749     20814             77868
//	input tokens, P95           6342     69261            153161
//	input tokens, max           7465    129333            170600
//	output tokens, mean           50       400               379
//	output tokens, P50            45       149               216
//	output tokens, P95            80      1924              1242
//	output tokens, max            80      8192              7309
//	input growth, mean           425       739              1669
//	input growth, P50            385       386               722
//	input growth, P95            848      2579              5590
//	input growth, max           1048     10873             61490
//	tool delay in s, mean       0.17      1.40             20.30
//	tool delay in s, P50        0.15      1.05              0.39
//	tool delay in s, P95        0.32      3.91             56.26
//	tool delay in s, max        0.40      5.00           6228.72
//	human delay in s, mean         -         -               576
//	human delay in s, P50          -         -               113
//	human delay in s, P95          -         -              2193
//	human delay in s, max          -         -             52288
//	turns with tools          89.7 %    97.4 %            88.0 %
//	  of them parallel         9.5 %    10.0 %            10.6 %
//	resets                         0         0               165
//	prefix reuse              84.8 %    96.8 %            96.4 %
//	  with scaffolds shared   88.4 %    97.2 %            96.6 %
//	scaffolds                      1         1                 2
//	MB of distinct content       0.2      57.0              74.0
//	MB of all requests             2      2047              2696
type Generator struct {
	// Preset is the kind of session; empty means [PresetDemo].
	Preset Preset
	// Like, when set, is what the sessions are to be like instead: lengths,
	// growth and delays have the percentiles of these statistics, tools run and
	// delays are unknown as often, and scaffolds, parallel calls, prompts of the
	// user and resets are about as frequent. Half of a small first prompt is
	// taken to be the scaffold. Which lengths go with which delays is not in
	// statistics, and drawn. Subagents are not made. Nothing but numbers is
	// taken over.
	Like *Stats
	// Seed determines everything random.
	Seed uint64
	// Trajectories is the number of sessions; 0 means that of the preset.
	Trajectories int
}

// Validate reports everything that is wrong with the generator.
func (g Generator) Validate() error {
	var errs []error
	if g.Like != nil {
		if g.Preset != "" {
			errs = append(errs, errors.New("trajectory: both Preset and Like are set"))
		}
		errs = append(errs, validateLike(g.Like))
	} else if _, ok := g.Preset.shape(); !ok {
		errs = append(errs, fmt.Errorf("trajectory: Preset is %q, expected one of %v", g.Preset, Presets()))
	}
	if g.Trajectories < 0 {
		errs = append(errs, fmt.Errorf("trajectory: Trajectories is %d, expected 0 or more", g.Trajectories))
	}
	return errors.Join(errs...)
}

// Resolve returns the generator with its defaults filled in. It must be valid.
func (g Generator) Resolve() Generator {
	s := g.shape()
	if g.Preset == "" && g.Like == nil {
		g.Preset = PresetDemo
	}
	if g.Trajectories == 0 {
		g.Trajectories = s.sessions
	}
	return g
}

// shape returns what the sessions are made by.
func (g Generator) shape() shape {
	if g.Like != nil {
		return shapeLike(g.Like)
	}
	s, _ := g.Preset.shape()
	return s
}

// name returns what the sessions are called.
func (g Generator) name() string {
	if g.Like != nil {
		return "like"
	}
	return string(g.Preset)
}

// All makes the sessions one after the other, the same each time it is ranged
// over. It keeps none of them: they share the scaffold and nothing else. The
// generator must be valid.
func (g Generator) All() iter.Seq[*Trajectory] {
	if err := g.Validate(); err != nil {
		panic(err)
	}
	g = g.Resolve()
	return func(yield func(*Trajectory) bool) {
		s := g.shape()
		scaffolds := s.scaffolds(g.Seed)
		for i := range g.Trajectories {
			if !yield(s.session(g.name(), g.Seed, i, scaffolds)) {
				return
			}
		}
	}
}

// Workload makes all sessions. The generator must be valid.
func (g Generator) Workload() *Workload {
	g = g.Resolve()
	w := &Workload{
		Name:   g.name(),
		Source: fmt.Sprintf("generated, seed %d", g.Seed),
	}
	for t := range g.All() {
		w.Trajectories = append(w.Trajectories, t)
	}
	return w
}
