package generate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/agentperf/agentperf-go/internal/filler"
	"github.com/agentperf/agentperf-go/trajectory"
)

// The purposes of random numbers. Text has numbers of its own, so that the words
// of a message do not change how the session goes on.
const (
	purposePlan = iota
	purposeText
	purposeOffsets // of the sequences that session lengths are spread by
)

// prefixRoom is the part of the window, in tokens, left free for the text
// that keeps plays apart; see [trajectory.PrefixPosition].
const prefixRoom = 64

// leastResult is the shortest result of a tool, in tokens.
const leastResult = 16

// A draft is a session in the making.
type draft struct {
	recipe   recipe
	scaffold scaffold
	rng      *rand.Rand // of the plan
	text     *rand.Rand

	// Everything after the scaffold is private to the session, so the store
	// need not outlive it.
	store   trajectory.Store
	history *trajectory.History
	tokens  int // of tools and history
	buf     []byte

	pace      float64 // of the results
	compactAt int     // tokens
	calls     int     // turns left until the user comes back
}

// session makes session i.
func (r recipe) session(name string, seed uint64, i int, scaffolds []scaffold) *trajectory.Trajectory {
	rng := newRand(seed, i, purposePlan)
	// The same for all sessions of a seed.
	offsets := newRand(seed, 0, purposeOffsets)
	u, v := offsets.Float64(), offsets.Float64()
	turns := int(math.Round(r.turns.quantile(spread(i, spreadA, u))))
	d := &draft{
		recipe:    r,
		scaffold:  scaffolds[rng.IntN(len(scaffolds))],
		rng:       rng,
		text:      newRand(seed, i, purposeText),
		pace:      r.pace.quantile(spread(i, spreadB, v)) * math.Pow(float64(turns)/r.turns.quantile(0.5), -r.slowing),
		compactAt: math.MaxInt,
		calls:     math.MaxInt,
	}
	if r.compactAt[1] > 0 {
		share := r.compactAt[0] + rng.Float64()*(r.compactAt[1]-r.compactAt[0])
		d.compactAt = int(share * float64(r.window))
	}
	d.prompted()
	t := &trajectory.Trajectory{
		ID:     fmt.Sprintf("%s-%04d", name, i),
		Source: "generated",
		Turns:  make([]trajectory.Turn, 0, turns),
	}
	d.restart(r.opening.count(rng))
	for len(t.Turns) < turns {
		turn, ok := d.turn(len(t.Turns), turns)
		if !ok {
			break
		}
		t.ContextTokens = max(t.ContextTokens, turn.PromptTokens+turn.OutputTokens)
		t.Turns = append(t.Turns, turn)
	}
	return t
}

// prompted draws how many turns a message from the user leads to.
func (d *draft) prompted() {
	if !d.recipe.prompted.zero() {
		d.calls = d.recipe.prompted.count(d.rng)
	}
}

// turn makes turn i of n and moves the history on to the next one; ok is false
// when the window is too full for it.
func (d *draft) turn(i, n int) (turn trajectory.Turn, ok bool) {
	turn = trajectory.Turn{
		History:        d.history,
		Tools:          d.scaffold.tools,
		PromptTokens:   d.tokens,
		ToolDelayKnown: true,
		Origins: trajectory.Origins{
			Text: trajectory.Synthetic, Input: trajectory.Synthetic, Output: trajectory.Synthetic, Delay: trajectory.Synthetic,
		},
	}
	output, growth := d.lengths()
	d.calls--
	switch {
	case i == n-1: // the last answer calls nothing, and nobody comes back to it
	case d.calls > 0 && !d.runsTools():
		turn.ToolDelayKnown = false
	case d.calls > 0:
		turn.ToolCalls = d.drawCalls(i)
		for _, c := range turn.ToolCalls {
			turn.ToolDelay = max(turn.ToolDelay, c.Duration) // they run side by side
		}
		if d.recipe.unknownDelays > 0 && d.rng.Float64() < d.recipe.unknownDelays {
			turn.ToolDelay, turn.ToolDelayKnown = 0, false
			for k := range turn.ToolCalls {
				turn.ToolCalls[k].Duration = 0
			}
		}
	default:
		turn.HumanDelay = d.recipe.humanDelay.seconds(d.rng)
		d.prompted()
	}
	answer, output := d.answer(output, turn.ToolCalls)
	if turn.PromptTokens+output > d.recipe.window-prefixRoom && i > 0 {
		return trajectory.Turn{}, false
	}
	turn.OutputTokens, turn.CompletionTokens = output, output

	result := int(math.Round(d.pace * d.recipe.result.draw(d.rng)))
	if growth > 0 {
		result = max(leastResult, growth-output)
	}
	if d.tokens+output+result > d.compactAt {
		// Compacted before it is sent: what was to follow is in the summary.
		d.restart(between(d.recipe.compacted, d.rng) - d.scaffold.tokens)
		return turn, true
	}
	d.append(answer, output)
	if len(turn.ToolCalls) == 0 {
		d.append(d.message(`{"role":"user","content":"`, result, `"}`))
	}
	for _, c := range turn.ToolCalls {
		d.append(d.message(`{"role":"tool","tool_call_id":"`+c.ID+`","content":"`, result/len(turn.ToolCalls), `"}`))
	}
	if d.rng.Float64() < d.recipe.edits {
		d.edit()
	}
	return turn, true
}

// lengths draws the length of an answer and, with a recipe that has it, the growth:
// that of the answer and what follows it. Both are at the same place in their
// distributions, since answers are the larger part of growth where both are large;
// drawn independently they would add up to more than was recorded.
func (d *draft) lengths() (output, growth int) {
	if d.recipe.growth.zero() {
		return d.recipe.output.count(d.rng), 0
	}
	u := d.rng.Float64()
	return int(math.Round(d.recipe.output.quantile(u))), int(math.Round(d.recipe.growth.quantile(u)))
}

// runsTools draws whether a turn runs tools.
func (d *draft) runsTools() bool {
	return d.recipe.growth.zero() || d.rng.Float64() < d.recipe.toolTurns
}

// drawCalls draws the tool calls of turn i, at least one.
func (d *draft) drawCalls(i int) []trajectory.ToolCall {
	n, u := 1, d.rng.Float64()
	for more, share := range d.recipe.parallel {
		if u -= share; u < 0 {
			n = more + 2
			break
		}
	}
	calls := make([]trajectory.ToolCall, n)
	for k := range calls {
		calls[k] = trajectory.ToolCall{
			ID:       "call_" + strconv.Itoa(i) + string(rune('a'+k)),
			Name:     pick(d.rng),
			Duration: d.recipe.toolDelay.seconds(d.rng),
		}
		if !d.recipe.growth.zero() { // toolDelay is then that of the longest
			calls[k].Duration = min(calls[k].Duration, calls[0].Duration)
		}
	}
	return calls
}

func (d *draft) append(message []byte, tokens int) {
	d.history = must(d.store.Append(d.history, message))
	d.tokens += tokens
}

// restart leaves only the scaffold and a message from the user.
func (d *draft) restart(tokens int) {
	d.history, d.tokens = d.scaffold.prompt, d.scaffold.tokens
	d.append(d.message(`{"role":"user","content":"`, tokens, `"}`))
}

// edit replaces the message after the scaffold by another of the same length and
// keeps those that follow, which the store has already.
func (d *draft) edit() {
	messages := d.history.Append(nil)[d.scaffold.prompt.Len():]
	d.restart(len(messages[0].JSON()) / filler.BytesPerToken)
	for _, m := range messages[1:] {
		d.append(m.JSON(), len(m.JSON())/filler.BytesPerToken)
	}
}
