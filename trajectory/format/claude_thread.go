package format

import (
	"time"

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
	t.mark()
}

// note adds the context to the epochs.
func (t *claudeThread) mark() {
	t.epochs = append(t.epochs, claudeEpoch{t.context, len(t.turns)})
}

func (t *claudeThread) append(message []byte) error {
	c, err := t.p.rd.append(t.context, message)
	if err == nil {
		t.context = c
	}
	return err
}

// begun notes which file the thread is in.
func (t *claudeThread) begun(r claudeRecord) {
	if len(t.turns) == 0 && t.context == nil && t.open == "" && len(t.typed) == 0 {
		t.file = r.file
	}
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
		t.mark()
	}
	for _, message := range t.typed {
		t.append([]byte(message))
		t.mark()
	}
	t.open, t.output, t.answer, t.results, t.typed = "", 0, answer{}, nil, nil
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
		if id := unquote([]byte(c.id)); !given[id] {
			given[id] = true
			t.lost++
			t.append(toolMessage(&t.p.buf, c.id, `"[no result was recorded]"`))
		}
	}
}
