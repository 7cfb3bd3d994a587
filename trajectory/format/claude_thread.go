package format

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A claudeThread is a session or a subagent that is being read.
type claudeThread struct {
	p              *claudeParser
	session, agent string // agent is empty for the session itself
	file           string
	first          time.Time // its first record

	context *trajectory.Context
	prefix  *trajectory.Context // what is not in the log, made up
	made    bool                // prefix was
	// epochs are the contexts so far, from which a rewound session goes on.
	epochs []claudeEpoch

	turns  []trajectory.Turn
	starts []time.Time // when each turn was due: the last thing that came before
	ends   []time.Time // of its answer

	// The turn whose answer is being read:
	open       string // the ID of the answer, empty for none
	copied     bool   // it is a copy of one of another session, and no call of this one
	answer     answer
	output     int // tokens as recorded, 0 when that is a placeholder
	results    []claudeResult
	typed      []string  // messages behind the results: the answer may not be over
	trigger    time.Time // the last record that was no answer, zero when none since the last turn
	lastResult time.Time
	prompt     time.Time // when a person last wrote, zero when not since the last turn

	compacting int // the turn that waits for its summary, counted from 1
	lost       int // calls without a result
	stray      int // results without a call, and late parts of answers
	retried    int
}

type claudeEpoch struct {
	context *trajectory.Context
	turns   int
}

type claudeResult struct {
	id, message string
}

func (t *claudeThread) id() string {
	if t.agent == "" {
		return t.session
	}
	return t.session + "/" + t.agent
}

// epoch returns the number of the context that ends with what was read last. The
// answer that is open and what was typed behind it are to become one each.
func (t *claudeThread) epoch() int {
	n := len(t.epochs) - 1 + len(t.typed)
	if t.open != "" {
		n++
	}
	return n
}

func (t *claudeThread) fork(n claudeNode) {
	n.thread.flush()
	e := n.thread.epochs[min(max(0, n.epoch), len(n.thread.epochs)-1)]
	t.context, t.prefix, t.made = e.context, n.thread.prefix, true
	t.note()
}

// note adds the context to the epochs.
func (t *claudeThread) note() {
	t.epochs = append(t.epochs, claudeEpoch{t.context, len(t.turns)})
}

func (t *claudeThread) append(message []byte) error {
	c, err := t.p.rd.append(t.context, message)
	if err == nil {
		t.context = c
	}
	return err
}

// user takes what came back from tools, and what was typed. Both wait until the
// answer is over: another part of it may follow.
func (t *claudeThread) user(r claudeRecord, m *claudeMessage) {
	t.begun(r)
	t.trigger = r.at
	var typed []claudeBlock
	for _, b := range m.blocks {
		if b.kind == "tool_result" {
			t.result(b, r.at)
		} else {
			typed = append(typed, b)
		}
	}
	if len(typed) == 0 {
		return
	}
	if !r.meta && !r.summary {
		t.rewind(r)
	}
	text := typedText(typed)
	t.images(text.images, r.line)
	if len(text.text) <= 2 {
		return
	}
	t.typed = append(t.typed, string(chatMessage(&t.p.buf, "user", text.text)))
	switch {
	case r.summary && t.compacting > 0:
		turn := &t.turns[t.compacting-1]
		turn.OutputTokens, turn.Origins.Output = estimate(len(text.text), claudeChars), trajectory.Estimated
		t.compacting = 0
	case !r.meta && !r.summary:
		t.prompt = r.at
	}
}

// begun notes which file the thread is in.
func (t *claudeThread) begun(r claudeRecord) {
	if len(t.turns) == 0 && t.context == nil && t.open == "" && len(t.typed) == 0 {
		t.file = r.file
	}
}

// typedText returns what was typed, as a JSON string.
func typedText(blocks []claudeBlock) flattened {
	if len(blocks) == 1 && blocks[0].kind == "text" && isText(blocks[0].text) {
		return flattened{text: string(blocks[0].text)}
	}
	raw := make([]string, len(blocks))
	for i, b := range blocks {
		raw[i] = string(b.raw)
	}
	return flattenContent(parse([]byte("[" + strings.Join(raw, ",") + "]")))
}

// result takes what one call came back with.
func (t *claudeThread) result(b claudeBlock, at time.Time) {
	id := unquoted(b.id)
	if id == "" {
		return
	}
	asked := slices.ContainsFunc(t.answer.calls, func(c call) bool { return c.id == string(b.id) })
	given := slices.ContainsFunc(t.results, func(r claudeResult) bool { return r.id == id })
	if t.open == "" || !asked || given {
		t.stray++ // servers refuse a result that nothing asked for
		return
	}
	content := flattenJSON(b.contents)
	t.images(content.images, 0)
	t.results = append(t.results, claudeResult{id, string(toolMessage(&t.p.buf, string(b.id), content.text))})
	if !at.Before(t.lastResult) {
		t.lastResult = at
	}
	if c := t.p.calls[id]; c != nil && c.thread == t && c.result.IsZero() {
		c.result, c.next = at, len(t.turns)
		if call := &t.turns[c.turn].ToolCalls[c.index]; at.After(c.at) {
			call.Duration = min(at.Sub(c.at), maxMillis*time.Millisecond)
		}
	}
}

// images counts what is not replayed.
func (t *claudeThread) images(n, line int) {
	if n > 0 {
		t.p.find(t, line, -1, trajectory.Warning, "image", fmt.Sprintf("%d image(s) replaced by a word", n))
	}
}

// rewind goes back to the record that a prompt follows. What was typed behind it
// and got no answer is as if it had never been.
func (t *claudeThread) rewind(r claudeRecord) {
	n, ok := t.p.nodes[t.p.hash(r.parent)]
	if !ok || n.thread != t || n.epoch < 0 {
		return
	}
	keep := n.epoch + 1 - len(t.epochs) // of what was typed
	if t.open != "" {
		keep--
	}
	switch {
	case keep >= len(t.typed):
		return // it goes on from the end
	case keep >= 0:
		t.typed = t.typed[:keep]
	case t.open == "":
		t.typed = nil
		t.goBack(n)
	default:
		t.flush()
		if !t.goBack(n) {
			return
		}
	}
	t.p.find(t, r.line, len(t.turns), trajectory.Info, "rewind", "the session goes back to an earlier point")
}

// goBack makes the context that of an earlier record, if answers have been given
// since.
func (t *claudeThread) goBack(n claudeNode) bool {
	if n.epoch >= len(t.epochs)-1 || t.epochs[n.epoch].turns == len(t.turns) || !t.made {
		return false
	}
	t.context = t.epochs[n.epoch].context
	t.note()
	return true
}

// assistant takes a part of an answer. Answers are logged block by block, each
// with the whole usage.
func (t *claudeThread) assistant(r claudeRecord, m *claudeMessage) (field string, err error) {
	if string(m.model) == `"<synthetic>"` {
		t.retried++
		return "", nil // an error message of the client's
	}
	id := unquoted(m.id)
	if id == "" {
		id = string(r.uuid)
	}
	if id == "" {
		return "message.id", fmt.Errorf("missing")
	}
	t.begun(r)
	if id != t.open {
		key := t.p.hash([]byte(id))
		from := t.p.answers[key]
		if from == t {
			t.stray++ // the session has gone on since
			return "", nil
		}
		if err := t.begin(id, parse(m.usage), r, from != nil); err != nil {
			return "message", err
		}
		if from == nil {
			t.p.answers[key] = t
		}
	}
	turn := len(t.turns) - 1
	for _, b := range m.blocks {
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
		t.output = int(parse(m.usage).Get("output_tokens").Int())
	}
	if !t.copied && !r.at.Before(t.ends[turn]) {
		t.ends[turn] = r.at
	}
	return "", nil
}

// call takes a tool call.
func (t *claudeThread) call(turn int, b claudeBlock, at time.Time) {
	if !isText(b.id) || !isText(b.name) || len(b.id) > maxText || len(b.name) > maxText {
		return
	}
	t.answer.call(call{string(b.id), string(b.name), string(b.input)})
	if t.copied {
		return
	}
	calls, id := &t.turns[turn].ToolCalls, unquoted(b.id)
	if t.p.calls[id] == nil {
		t.p.calls[id] = &claudeCall{thread: t, turn: turn, index: len(*calls), at: at}
	}
	*calls = append(*calls, trajectory.ToolCall{ID: id, Name: unquoted(b.name)})
}

// begin starts the turn of a new answer; a copy of one has no turn.
func (t *claudeThread) begin(id string, usage gjson.Result, r claudeRecord, copied bool) error {
	prompt, cached := claudeInput(usage)
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
		t.goBack(n) // the answer before was given up
	}
	t.open, t.copied = id, copied
	if !copied {
		t.start(r)
		t.turns[len(t.turns)-1].PromptTokens = prompt
	}
	return nil
}

// claudeInput returns the input tokens of a call and those that came from the
// cache.
func claudeInput(usage gjson.Result) (prompt, cached int) {
	cached = int(usage.Get("cache_read_input_tokens").Int())
	prompt = int(usage.Get("input_tokens").Int()) + int(usage.Get("cache_creation_input_tokens").Int()) + cached
	return max(0, prompt), max(0, cached)
}

// start adds a turn, and to the one before the time between the two.
func (t *claudeThread) start(r claudeRecord) {
	at := t.trigger
	if n := len(t.turns); n > 0 && at.IsZero() {
		at = t.ends[n-1] // it goes on of itself
	}
	if at.IsZero() || at.After(r.at) {
		at = r.at
	}
	if n := len(t.turns); n > 0 {
		before, end := &t.turns[n-1], t.ends[n-1]
		tool, human := at.Sub(end), time.Duration(0)
		if !t.prompt.IsZero() && !t.prompt.Before(end) {
			// Tools first, then the person.
			done := end
			if t.lastResult.After(end) && t.lastResult.Before(t.prompt) {
				done = t.lastResult
			}
			tool, human = done.Sub(end), at.Sub(done)
		}
		if tool < -time.Second || human < -time.Second {
			t.p.find(t, r.line, n, trajectory.Warning, ruleClock, fmt.Sprintf("it begins %v before the turn in front of it ends", (-min(tool, human)).Round(time.Millisecond)))
		}
		before.ToolDelay, before.ToolDelayKnown = bounded(tool), true
		before.HumanDelay = bounded(human)
		before.Origins.Delay = trajectory.Derived
	}
	turn := trajectory.Turn{Context: t.context, Line: r.line}
	if t.prefix != nil {
		turn.Origins.Text = trajectory.Estimated
	}
	t.turns = append(t.turns, turn)
	t.starts = append(t.starts, at)
	t.ends = append(t.ends, r.at)
	t.prompt, t.trigger = time.Time{}, time.Time{}
}

// bounded keeps a time within what can be written again.
func bounded(d time.Duration) time.Duration {
	return max(0, min(d, maxMillis*time.Millisecond))
}

// flush ends the turn that is open: its answer, what came back from its tools and
// what was typed then become part of the context.
func (t *claudeThread) flush() {
	if t.open == "" && len(t.typed) == 0 {
		return
	}
	if t.open != "" {
		if !t.copied {
			t.finish()
		}
		t.append(t.answer.message(&t.p.buf))
		t.flushResults()
		t.note()
	}
	for _, message := range t.typed {
		t.append([]byte(message))
		t.note()
	}
	t.open, t.output, t.answer, t.results, t.typed = "", 0, answer{}, nil, nil
}

// finish sets what is known of a turn when its answer is over.
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

// flushResults appends the results of the open answer in the order they came, and
// something for those that never came.
func (t *claudeThread) flushResults() {
	given := make(map[string]bool, len(t.results))
	for _, r := range t.results {
		given[r.id] = true
		t.append([]byte(r.message))
	}
	for _, c := range t.answer.calls {
		if id := unquoted([]byte(c.id)); !given[id] {
			given[id] = true
			t.lost++
			t.append(toolMessage(&t.p.buf, c.id, `"[no result was recorded]"`))
		}
	}
}

// compact takes the mark of a compaction: a call that is not in the log was sent
// all of the context, and what follows starts afresh with what it wrote.
func (t *claudeThread) compact(r claudeRecord, before int) {
	t.flush()
	if len(t.turns) == 0 || before < 0 || before > maxPrompt {
		return
	}
	if err := t.append([]byte(`{"role":"user","content":"Summarise the conversation so far, so that the work can go on from the summary alone."}`)); err != nil {
		return
	}
	t.start(r)
	n := len(t.turns) - 1
	t.turns[n].PromptTokens = before
	t.turns[n].ModelTime = bounded(t.ends[n].Sub(t.starts[n]))
	t.turns[n].Origins = trajectory.Origins{Text: trajectory.Estimated, Input: trajectory.Derived, Delay: trajectory.Derived}
	t.compacting = n + 1
	t.p.find(t, r.line, n, trajectory.Info, "compaction", fmt.Sprintf("the context of %d tokens is compacted; the call that does it is not in the log and is made up", before))
	t.context = t.prefix
	t.trigger = r.at
	t.note()
}
