package trajectory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
)

// The purposes of random numbers. Text draws from its own, so
// that the words of a message do not change how the session goes on.
const (
	purposePlan = iota
	purposeText
	purposeOffsets // of the sequences that sessions are spread by
)

// prefixRoom is the part of the window, in tokens, that stays free for the text
// that keeps plays apart, see [PrefixPosition].
const prefixRoom = 64

// leastResult is the least that comes back from a tool, in tokens.
const leastResult = 16

// A session is a trajectory in the making.
type session struct {
	shape    shape
	scaffold scaffold
	tools    []generatedTool
	rng      *rand.Rand // of the plan
	text     *rand.Rand

	// Everything after the scaffold is private to the session, so the store
	// need not outlive it.
	store   Store
	context *Context
	tokens  int // of tools and context
	buf     []byte

	pace      float64 // of the results
	compactAt int     // tokens
	calls     int     // turns left until the user comes back
}

// session makes session i.
func (s shape) session(name string, seed uint64, i int, scaffolds []scaffold) *Trajectory {
	rng := newRand(seed, i, purposePlan)
	// The same for all sessions of a seed.
	offsets := newRand(seed, 0, purposeOffsets)
	u, v := offsets.Float64(), offsets.Float64()
	turns := int(math.Round(s.turns.quantile(spread(i, spreadA, u))))
	b := &session{
		shape:     s,
		scaffold:  scaffolds[rng.IntN(len(scaffolds))],
		tools:     generatedTools(),
		rng:       rng,
		text:      newRand(seed, i, purposeText),
		pace:      s.pace.quantile(spread(i, spreadB, v)) * math.Pow(float64(turns)/s.turns.quantile(0.5), -s.slowing),
		compactAt: math.MaxInt,
		calls:     math.MaxInt,
	}
	if s.compactAt[1] > 0 {
		share := s.compactAt[0] + rng.Float64()*(s.compactAt[1]-s.compactAt[0])
		b.compactAt = int(share * float64(s.window))
	}
	b.prompt()
	t := &Trajectory{
		ID:     fmt.Sprintf("%s-%04d", name, i),
		Source: "generated",
		Turns:  make([]Turn, 0, turns),
	}
	b.restart(s.opening.count(rng))
	for len(t.Turns) < turns {
		turn, ok := b.turn(len(t.Turns), turns)
		if !ok {
			break
		}
		t.ContextTokens = max(t.ContextTokens, turn.PromptTokens+turn.OutputTokens)
		t.Turns = append(t.Turns, turn)
	}
	return t
}

// prompt draws how many turns the next message of the user leads to.
func (b *session) prompt() {
	if b.shape.prompted.parts != nil || b.shape.prompted.points != nil {
		b.calls = b.shape.prompted.count(b.rng)
	}
}

// turn makes turn i of n and moves the context on to the next one; ok is false
// when the window is too full for it.
func (b *session) turn(i, n int) (turn Turn, ok bool) {
	turn = Turn{
		Context:        b.context,
		Tools:          b.scaffold.tools,
		PromptTokens:   b.tokens,
		ToolDelayKnown: true,
		Origins:        Origins{Synthetic, Synthetic, Synthetic, Synthetic},
	}
	output, growth := b.lengths()
	b.calls--
	switch {
	case i == n-1: // the last answer calls nothing, and nobody comes back to it
	case b.calls > 0 && !b.runsTools():
		turn.ToolDelayKnown = false
	case b.calls > 0:
		turn.ToolCalls = b.drawCalls(i)
		for _, c := range turn.ToolCalls {
			turn.ToolDelay = max(turn.ToolDelay, c.Duration) // they run side by side
		}
		if b.shape.unknownDelays > 0 && b.rng.Float64() < b.shape.unknownDelays {
			turn.ToolDelay, turn.ToolDelayKnown = 0, false
			for k := range turn.ToolCalls {
				turn.ToolCalls[k].Duration = 0
			}
		}
	default:
		turn.HumanDelay = b.shape.humanDelay.seconds(b.rng)
		b.prompt()
	}
	answer, output := b.answer(output, turn.ToolCalls)
	if turn.PromptTokens+output > b.shape.window-prefixRoom && i > 0 {
		return Turn{}, false
	}
	turn.OutputTokens, turn.CompletionTokens = output, output

	result := int(math.Round(b.pace * b.shape.result.draw(b.rng)))
	if growth > 0 {
		result = max(leastResult, growth-output)
	}
	if b.tokens+output+result > b.compactAt {
		// Compacted before it is sent: what was to follow is in the summary.
		b.restart(between(b.shape.compacted, b.rng) - b.scaffold.tokens)
		return turn, true
	}
	b.append(answer, output)
	if len(turn.ToolCalls) == 0 {
		b.append(b.message(`{"role":"user","content":"`, result, `"}`))
	}
	for _, c := range turn.ToolCalls {
		b.append(b.message(`{"role":"tool","tool_call_id":"`+c.ID+`","content":"`, result/len(turn.ToolCalls), `"}`))
	}
	if b.rng.Float64() < b.shape.edits {
		b.edit()
	}
	return turn, true
}

// lengths draws the length of an answer and, where that has a law, by how much it
// and what follows it are to grow the context. Both are at the same place in their
// laws: answers are the larger part of growth where both are large, and drawn apart
// they would make it larger than it was.
func (b *session) lengths() (output, growth int) {
	if b.shape.growth.points == nil {
		return b.shape.output.count(b.rng), 0
	}
	u := b.rng.Float64()
	return int(math.Round(b.shape.output.quantile(u))), int(math.Round(b.shape.growth.quantile(u)))
}

// runsTools draws whether a turn runs tools.
func (b *session) runsTools() bool {
	return b.shape.growth.points == nil || b.rng.Float64() < b.shape.toolTurns
}

// drawCalls draws the tool calls of turn i, at least one.
func (b *session) drawCalls(i int) []ToolCall {
	n, u := 1, b.rng.Float64()
	for more, share := range b.shape.parallel {
		if u -= share; u < 0 {
			n = more + 2
			break
		}
	}
	calls := make([]ToolCall, n)
	for k := range calls {
		calls[k] = ToolCall{
			ID:       "call_" + strconv.Itoa(i) + string(rune('a'+k)),
			Name:     pick(b.tools, b.rng).name,
			Duration: b.shape.toolDelay.seconds(b.rng),
		}
		if b.shape.growth.points != nil { // the law is that of the longest
			calls[k].Duration = min(calls[k].Duration, calls[0].Duration)
		}
	}
	return calls
}
