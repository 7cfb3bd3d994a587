package format

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// assistant reads a part of an answer. Answers are logged in several records, one
// per content block, each with the usage of the whole answer. An error concerns
// the returned field.
func (t *claudeThread) assistant(r claudeRecord, m *claudeMessage) (field string, err error) {
	if string(m.model) == `"<synthetic>"` {
		t.retried++
		return "", nil // an error message made by the client
	}
	id := unquote(m.id)
	if id == "" {
		id = string(r.uuid)
	}
	if id == "" {
		return "message.id", fmt.Errorf("missing")
	}
	t.begun(r)
	usage := parse(m.usage)
	prompt, cached := anthropicInput(usage)
	if again := id == t.open; !again || !t.continues(r.request, prompt) {
		key, late := t.identify(id, r.request, prompt, again)
		if late {
			t.stray++ // the session has moved on
			return "", nil
		}
		from := t.p.answers[key]
		if err := t.begin(id, prompt, cached, r, from != nil); err != nil {
			return "message", err
		}
		if from == nil {
			t.p.answers[key] = t
			t.p.rd.checkCreated(place{t.file, r.line, t.id(), len(t.turns) - 1}, usage)
		}
	}
	t.replied = false
	turn := len(t.turns) - 1
	if n := len(t.turns) - 1; !t.copied && t.turns[n].PromptTokens == 0 && prompt <= maxPrompt {
		t.turns[n].PromptTokens = prompt // some gateways state it in the last part only
	}
	for _, b := range m.blocks {
		if t.repeats(b) {
			continue
		}
		if len(b.raw) > 0 {
			t.answer.anthropic(string(b.raw), b.kind, string(b.text), string(b.id), string(b.name), string(b.input))
		}
		switch b.kind {
		case "text":
			if isText(b.text) {
				t.answer.text(string(b.text))
			}
		case "thinking":
			if isText(b.thinking) {
				t.answer.chars += len(b.thinking) - 2
			}
		case "tool_use":
			t.call(turn, b, r.at)
		}
	}
	if isText(m.stop) {
		t.stopped = true
		t.output = int(usage.Get("output_tokens").Int())
	}
	if !t.copied && !r.at.Before(t.ends[turn]) {
		t.ends[turn] = r.at
	}
	return "", nil
}

// call reads a tool call.
func (t *claudeThread) call(turn int, b claudeBlock, at time.Time) {
	if !isText(b.id) || !isText(b.name) || len(b.id) > maxText || len(b.name) > maxText {
		return
	}
	t.answer.call(call{string(b.id), string(b.name), string(b.input)})
	if t.copied {
		return
	}
	calls, id := &t.turns[turn].ToolCalls, unquote(b.id)
	if t.p.calls[id] == nil {
		t.p.calls[id] = &claudeCall{thread: t, turn: turn, index: len(*calls), at: at}
	}
	*calls = append(*calls, trajectory.ToolCall{ID: id, Name: unquote(b.name)})
	t.p.workflows = t.p.workflows || startsWorkflow((*calls)[len(*calls)-1].Name)
}

// begin starts a new answer. It gets a turn, unless it is a copy.
func (t *claudeThread) begin(id string, prompt, cached int, r claudeRecord, copied bool) error {
	if prompt > maxPrompt {
		return fmt.Errorf("usage of %d tokens, expected at most %d", prompt, maxPrompt)
	}
	t.flush()
	t.makePrefix(prompt, cached)
	if t.context == nil {
		if err := t.append([]byte(`{"role":"user","content":"."}`)); err != nil {
			return err
		}
	}
	if n, ok := t.p.nodes[t.p.hash(r.parent)]; ok && n.thread == t && n.epoch >= 0 {
		t.goBack(n) // the previous answer was abandoned
	}
	t.start(id, r.request, prompt)
	t.copied = copied
	if !copied {
		t.startTurn(r)
		t.turns[len(t.turns)-1].PromptTokens = prompt
	}
	return nil
}

// startTurn adds a turn, and sets the wait after the turn before it.
func (t *claudeThread) startTurn(r claudeRecord) {
	at := t.trigger
	if n := len(t.turns); n > 0 && at.IsZero() {
		at = t.ends[n-1] // nothing triggered it
	}
	if at.IsZero() || at.After(r.at) {
		at = r.at
	}
	if n := len(t.turns); n > 0 {
		before, end := &t.turns[n-1], t.ends[n-1]
		tool, human := splitWait(end, t.lastResult, t.prompt, at)
		if tool < -time.Second || human < -time.Second {
			t.p.note(t, r.line, n, trajectory.SeverityWarning, ruleClock, fmt.Sprintf("it begins %v before the previous turn ends", (-min(tool, human)).Round(time.Millisecond)))
		}
		before.ToolDelay, before.ToolDelayKnown = bounded(tool), true
		before.HumanDelay = bounded(human)
		before.Origins.Delay = trajectory.Derived
	}
	turn := trajectory.Turn{History: t.context, Line: r.line}
	if t.prefix != nil {
		turn.Origins.Text = trajectory.Estimated
	}
	t.turns = append(t.turns, turn)
	t.starts = append(t.starts, at)
	t.ends = append(t.ends, r.at)
	t.prompt, t.trigger = time.Time{}, time.Time{}
}

// finish completes the last turn when its answer is complete.
func (t *claudeThread) finish() {
	n := len(t.turns) - 1
	turn := &t.turns[n]
	turn.OutputTokens, turn.CompletionTokens = t.output, t.output
	if t.output <= 0 || t.output > maxPrompt {
		turn.OutputTokens, turn.CompletionTokens = estimate(t.answer.chars, claudeChars), 0
		turn.Origins.Output = trajectory.Estimated
	}
	turn.ModelTime = bounded(t.ends[n].Sub(t.starts[n]))
}

// compactionPrompt stands for what a call that compacts a context was asked.
const compactionPrompt = `{"role":"user","content":"Summarize the conversation so far, so that the work can go on from the summary alone."}`

// compact reads the mark of a compaction. The call that compacts is not in the
// log: it sent the whole context, and the session continues from what it wrote.
func (t *claudeThread) compact(r claudeRecord, before int) {
	t.flush()
	if len(t.turns) == 0 || before < 0 || before > maxPrompt {
		return
	}
	if err := t.append([]byte(compactionPrompt)); err != nil {
		return
	}
	t.startTurn(r)
	n := len(t.turns) - 1
	t.turns[n].PromptTokens = before
	t.turns[n].ModelTime = bounded(t.ends[n].Sub(t.starts[n]))
	t.turns[n].Origins = trajectory.Origins{Text: trajectory.Estimated, Input: trajectory.Derived, Delay: trajectory.Derived}
	t.compacting = n + 1
	t.p.note(t, r.line, n, trajectory.SeverityInfo, "compaction", fmt.Sprintf("the context of %d tokens is compacted; the call that does it is not in the log and is made up", before))
	t.context = t.prefix
	t.trigger = r.at
	t.mark()
}
